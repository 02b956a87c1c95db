// SPDX-License-Identifier: Apache-2.0
#include "clew/query/query_request.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_set>

#include "clew/base/text.h"

namespace clew::query {

namespace {

constexpr std::int64_t kLimitMax = std::numeric_limits<std::int32_t>::max();

Error refusal(std::string message) { return {Code::invalid_argument, std::move(message)}; }

const std::string* find(Parameters parameters, std::string_view name) {
    const auto found = std::ranges::find(parameters, name, &Parameter::first);
    return found == parameters.end() ? nullptr : &found->second;
}

std::string text_of(Parameters parameters, std::string_view name) {
    const std::string* value = find(parameters, name);
    return value == nullptr ? std::string() : *value;
}

Expected<std::string> required_text(Parameters parameters, std::string_view name) {
    const std::string* value = find(parameters, name);
    if (value == nullptr) return refusal("mandatory parameter is missing: " + std::string(name));
    return *value;
}

// The numbers of one request; the first that cannot be read is remembered.
class Numbers {
public:
    explicit Numbers(Parameters parameters) : parameters_(parameters) {}

    // Zipkin's API takes an empty number for an absent one, as forms send it.
    std::optional<std::int64_t> read(std::string_view name) {
        const std::string* value = find(parameters_, name);
        return value == nullptr || value->empty() ? std::nullopt : parse(name, *value);
    }

    // Of these an empty one is refused.
    std::optional<std::int64_t> read_not_empty(std::string_view name) {
        const std::string* value = find(parameters_, name);
        return value == nullptr ? std::nullopt : parse(name, *value);
    }

    const std::optional<Error>& error() const { return error_; }

private:
    std::optional<std::int64_t> parse(std::string_view name, const std::string& value) {
        std::string_view digits = value;
        if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
        std::int64_t number = 0;
        const char* end = digits.data() + digits.size();
        const auto [stop, code] = std::from_chars(digits.data(), end, number);
        if (code == std::errc{} && stop == end) return number;
        if (!error_) error_ = refusal(std::string(name) + " is not a whole number: " + value);
        return std::nullopt;
    }

    Parameters parameters_;
    std::optional<Error> error_;
};

// Cuts at `separator` into at most `pieces_max` pieces; the last one keeps what is left.
std::vector<std::string_view> split(
    std::string_view text, std::string_view separator, std::size_t pieces_max
) {
    std::vector<std::string_view> pieces;
    while (pieces.size() + 1 < pieces_max) {
        const std::size_t at = text.find(separator);
        if (at == std::string_view::npos) break;
        pieces.push_back(text.substr(0, at));
        text.remove_prefix(at + separator.size());
    }
    pieces.push_back(text);
    return pieces;
}

std::chrono::milliseconds capped_lookback(std::int64_t lookback_ms, const QueryLimits& limits) {
    const std::chrono::milliseconds lookback{lookback_ms};
    return limits.lookback_max.count() > 0 ? std::min(lookback, limits.lookback_max) : lookback;
}

std::size_t capped_limit(std::int64_t limit, const QueryLimits& limits) {
    const auto wanted = static_cast<std::size_t>(limit);
    return limits.traces_max > 0 ? std::min(wanted, limits.traces_max) : wanted;
}

Expected<void> check_durations(
    std::optional<std::int64_t> min_duration, std::optional<std::int64_t> max_duration
) {
    if (!min_duration) {
        if (max_duration) return refusal("maxDuration is only valid with minDuration");
        return {};
    }
    if (*min_duration <= 0) return refusal("minDuration <= 0");
    if (max_duration && *max_duration < *min_duration) return refusal("maxDuration < minDuration");
    return {};
}

}  // namespace

Expected<trace::TraceQuery> parse_trace_query(
    Parameters parameters, const QueryLimits& limits, std::chrono::milliseconds now
) {
    Numbers numbers(parameters);
    const std::int64_t end_ts = numbers.read("endTs").value_or(now.count());
    const std::int64_t limit =
        numbers.read_not_empty("limit").value_or(static_cast<std::int64_t>(limits.traces_default));
    const std::int64_t lookback =
        numbers.read("lookback").value_or(limits.lookback_default.count());
    const auto min_duration = numbers.read("minDuration");
    const auto max_duration = numbers.read("maxDuration");
    if (numbers.error()) return *numbers.error();
    if (end_ts <= 0) return refusal("endTs <= 0");
    if (limit <= 0) return refusal("limit <= 0");
    if (limit > kLimitMax) return refusal("limit > " + std::to_string(kLimitMax));
    if (lookback <= 0) return refusal("lookback <= 0");
    if (auto checked = check_durations(min_duration, max_duration); !checked) {
        return std::move(checked).error();
    }

    trace::TraceQuery query;
    query.service_name = lower_case(text_of(parameters, "serviceName"));
    query.remote_service_name = lower_case(text_of(parameters, "remoteServiceName"));
    query.span_name = lower_case(text_of(parameters, "spanName"));
    if (query.span_name == "all") query.span_name.clear();
    query.annotation_terms = parse_annotation_query(text_of(parameters, "annotationQuery"), limits);
    if (min_duration) query.min_duration = std::chrono::microseconds(*min_duration);
    if (max_duration) query.max_duration = std::chrono::microseconds(*max_duration);
    query.end_ts = std::chrono::milliseconds(end_ts);
    query.lookback = capped_lookback(lookback, limits);
    query.limit = capped_limit(limit, limits);
    return query;
}

Expected<GraphWindow> parse_graph_window(Parameters parameters, const QueryLimits& limits) {
    if (auto end_ts = required_text(parameters, "endTs"); !end_ts) {
        return std::move(end_ts).error();
    }
    Numbers numbers(parameters);
    const std::int64_t end_ts = numbers.read_not_empty("endTs").value_or(0);
    const std::int64_t lookback =
        numbers.read("lookback").value_or(limits.lookback_default.count());
    if (numbers.error()) return *numbers.error();
    if (end_ts <= 0) return refusal("endTs <= 0");
    if (lookback <= 0) return refusal("lookback <= 0");
    return GraphWindow{std::chrono::milliseconds(end_ts), capped_lookback(lookback, limits)};
}

Expected<model::TraceId> parse_trace_path(std::string_view text) {
    return model::parse_trace_id(trim(text));
}

Expected<std::vector<model::TraceId>> parse_trace_ids(
    Parameters parameters, const QueryLimits& limits
) {
    const auto list = required_text(parameters, "traceIds");
    if (!list) return list.error();
    if (list->empty()) return refusal("traceIds parameter is empty");
    std::vector<model::TraceId> ids;
    std::unordered_set<model::TraceId> seen;
    for (const std::string_view piece : split(*list, ",", limits.trace_ids_max)) {
        auto id = model::parse_trace_id(piece);
        if (!id) return std::move(id).error();
        if (!seen.insert(*id).second) return refusal("redundant traceId: " + std::string(piece));
        ids.push_back(*id);
    }
    if (ids.size() == 1) {
        return refusal("Use /api/v2/trace/{traceId} endpoint to retrieve a single trace");
    }
    return ids;
}

Expected<std::string> parse_service_name(Parameters parameters) {
    return required_text(parameters, "serviceName").transform([](std::string&& name) {
        return lower_case(name);
    });
}

Expected<std::string> parse_autocomplete_key(Parameters parameters) {
    auto key = required_text(parameters, "key");
    if (key && key->empty()) return refusal("key was empty");
    return key;
}

std::vector<trace::AnnotationTerm> parse_annotation_query(
    std::string_view text, const QueryLimits& limits
) {
    std::vector<trace::AnnotationTerm> terms;
    if (text.empty()) return terms;
    for (const std::string_view piece : split(text, " and ", limits.annotation_terms_max)) {
        const std::size_t equals = piece.find('=');
        const bool has_value = equals != std::string_view::npos;
        const std::string_view key = trim(piece.substr(0, equals));
        const std::string_view value =
            has_value ? trim(piece.substr(equals + 1)) : std::string_view();
        if (key.empty()) continue;
        const auto known = std::ranges::find(terms, key, &trace::AnnotationTerm::key);
        if (known == terms.end()) {
            terms.push_back({std::string(key), std::string(value)});
        } else if (has_value) {
            known->value = value;
        }
    }
    return terms;
}

}  // namespace clew::query
