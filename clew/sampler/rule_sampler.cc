// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/rule_sampler.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "clew/base/text.h"

namespace clew::sampler {

RuleSampler::RuleSampler(std::vector<Rule> rules, std::shared_ptr<const Sampler> rest) noexcept
    : rules_(std::move(rules)), rest_(std::move(rest)) {}

bool RuleSampler::is_sampled(const model::TraceId& trace_id) const noexcept {
    return rest_->is_sampled(trace_id);
}

bool RuleSampler::is_sampled(const model::TraceId& trace_id, const Request& request)
    const noexcept {
    const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& each) {
        return (each.method.empty() || equals_ignoring_case(each.method, request.method)) &&
               (each.path.empty() || fits(each.path, request.path));
    });
    const Sampler& sampler = rule == rules_.end() ? *rest_ : *rule->sampler;
    return sampler.is_sampled(trace_id, request);
}

bool fits(std::string_view pattern, std::string_view path) noexcept {
    std::size_t at = 0;                         // in the pattern
    std::size_t star = std::string_view::npos;  // the last one met
    std::size_t swallowed = 0;                  // where the text that it stands for ends
    std::size_t i = 0;
    while (i < path.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            swallowed = i;
        } else if (at < pattern.size() && pattern[at] == path[i]) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++swallowed;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace clew::sampler
