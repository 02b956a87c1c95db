// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/sampler_text.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "clew/base/text.h"
#include "clew/sampler/boundary_sampler.h"
#include "clew/sampler/counting_sampler.h"
#include "clew/sampler/rate_limiting_sampler.h"
#include "clew/sampler/rule_sampler.h"

namespace clew::sampler {

namespace {

using Made = Expected<std::shared_ptr<const Sampler>>;

Error wrong(std::string_view what, std::string_view part) {
    return {Code::invalid_argument, std::string(what) + ": '" + std::string(part) + "'"};
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <typename T>
Made shared(Expected<T> made) {
    if (!made) return made.error();
    return std::shared_ptr<const Sampler>(std::make_shared<T>(std::move(*made)));
}

// "always", "0.1", "per_second(100)"
Made parse_one(std::string_view text, const SamplerGround& ground) {
    if (text == "always") return std::shared_ptr<const Sampler>(std::make_shared<AlwaysSampler>());
    if (text == "never") return std::shared_ptr<const Sampler>(std::make_shared<NeverSampler>());
    if (const auto rate = number(text)) return shared(BoundarySampler::create(*rate));
    const std::size_t open = text.find('(');
    if (open != std::string_view::npos && text.ends_with(')')) {
        const std::string_view name = trim(text.substr(0, open));
        const auto value = number(trim(text.substr(open + 1, text.size() - open - 2)));
        if (value && name == "rate") return shared(BoundarySampler::create(*value));
        if (value && name == "counting") {
            return shared(CountingSampler::create(*value, ground.seed));
        }
        if (value && name == "per_second") {
            return shared(RateLimitingSampler::create(*value, *ground.clock));
        }
    }
    return wrong(
        "a sampler is a number from 0 to 1, always, never, counting(0.1) or per_second(100), not",
        text
    );
}

// "GET /api/*": what a rule is for.
Expected<Rule> parse_condition(std::string_view text) {
    Rule rule;
    const std::size_t space = text.find_first_of(" \t");
    std::string_view path = text;
    if (space != std::string_view::npos) {
        rule.method = text.substr(0, space);
        path = trim(text.substr(space));
    }
    // A method that holds a sign of a path or of a rule: a semicolon was forgotten.
    const bool is_method = rule.method.find_first_of("/*=(") == std::string::npos;
    const bool is_path = path.starts_with('/') || path.starts_with('*');
    if (!is_method || !is_path || path.find_first_of(" \t") != std::string_view::npos) {
        return wrong(
            "a rule begins with a path like /api/*, or with a method and a path, not", text
        );
    }
    rule.path = path;
    return rule;
}

struct Parts {
    std::vector<Rule> rules;
    std::shared_ptr<const Sampler> rest;
};

// "GET /api/*=0.1" or "0.1", trimmed and not empty.
Expected<void> parse_part(std::string_view part, const SamplerGround& ground, Parts& parts) {
    if (parts.rest != nullptr) {
        return wrong("the sampler for the rest comes last; behind it there is", part);
    }
    // The last one: a path may hold the sign, a sampler does not.
    const std::size_t equals = part.rfind('=');
    if (equals == std::string_view::npos) {
        Made made = parse_one(part, ground);
        if (!made) return made.error();
        parts.rest = std::move(*made);
        return {};
    }
    Expected<Rule> rule = parse_condition(trim(part.substr(0, equals)));
    if (!rule) return rule.error();
    Made made = parse_one(trim(part.substr(equals + 1)), ground);
    if (!made) return made.error();
    if (parts.rules.size() == kRulesMax) return wrong("more than 100 rules, from", part);
    rule->sampler = std::move(*made);
    parts.rules.push_back(std::move(*rule));
    return {};
}

}  // namespace

Made parse_sampler(std::string_view text, const SamplerGround& ground) {
    Parts parts;
    for (std::string_view left = text;;) {
        const std::size_t semicolon = left.find(';');
        const std::string_view part = trim(left.substr(0, semicolon));
        if (!part.empty()) {
            Expected<void> parsed = parse_part(part, ground, parts);
            if (!parsed) return parsed.error();
        }
        if (semicolon == std::string_view::npos) break;
        left.remove_prefix(semicolon + 1);
    }
    if (parts.rules.empty() && parts.rest == nullptr) {
        return wrong("a sampler is missing in", text);
    }
    if (parts.rest == nullptr) parts.rest = std::make_shared<AlwaysSampler>();
    if (parts.rules.empty()) return parts.rest;
    return std::shared_ptr<const Sampler>(
        std::make_shared<RuleSampler>(std::move(parts.rules), std::move(parts.rest))
    );
}

}  // namespace clew::sampler
