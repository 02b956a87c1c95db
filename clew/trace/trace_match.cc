// SPDX-License-Identifier: Apache-2.0
#include "clew/trace/trace_match.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace clew::trace {

namespace {

// Milliseconds as microseconds; what does not fit becomes the nearest number that does.
std::int64_t to_us(std::int64_t ms) noexcept {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (ms > kMax / 1000) return kMax;
    if (ms < -(kMax / 1000)) return -kMax;
    return ms * 1000;
}

bool value_equals(const model::Value& value, std::string_view text) {
    if (value.is_text()) return value.text() == text;
    std::string shown;
    value.append_text(shown);
    return shown == text;
}

// What no span has met yet; each span crosses out what it meets.
class OpenConditions {
public:
    explicit OpenConditions(const TraceQuery& query)
        : query_(query),
          service_(!query.service_name.empty()),
          remote_service_(!query.remote_service_name.empty()),
          span_name_(!query.span_name.empty()),
          duration_(query.min_duration || query.max_duration) {
        terms_.reserve(query.annotation_terms.size());
        for (const AnnotationTerm& term : query.annotation_terms) terms_.push_back(&term);
    }

    bool all_met() const noexcept {
        return !service_ && !remote_service_ && !span_name_ && !duration_ && terms_.empty();
    }

    void test(const model::Span& span) {
        if (!query_.service_name.empty() && span.local_service_name() != query_.service_name) {
            return;
        }
        service_ = false;
        if (remote_service_) {
            remote_service_ = span.remote_service_name() != query_.remote_service_name;
        }
        if (span_name_) span_name_ = span.name() != query_.span_name;
        if (duration_) duration_ = !meets_duration(span.duration().us);
        if (!terms_.empty()) {
            std::erase_if(terms_, [&](const AnnotationTerm* term) {
                return meets_term(span, *term);
            });
        }
    }

private:
    bool meets_duration(std::int64_t us) const noexcept {
        if (query_.min_duration && us < query_.min_duration->count()) return false;
        return !query_.max_duration || us <= query_.max_duration->count();
    }

    static bool meets_term(const model::Span& span, const AnnotationTerm& term) {
        if (const model::Value* value = span.find_tag(term.key)) {
            if (term.value.empty() || value_equals(*value, term.value)) return true;
        }
        if (!term.value.empty()) return false;
        return std::ranges::any_of(span.annotations(), [&](const model::Annotation& annotation) {
            return annotation.value == term.key;
        });
    }

    const TraceQuery& query_;
    bool service_;
    bool remote_service_;
    bool span_name_;
    bool duration_;
    std::vector<const AnnotationTerm*> terms_;
};

}  // namespace

model::Time trace_timestamp(std::span<const model::Span> spans) noexcept {
    model::Time earliest;
    for (const model::Span& span : spans) {
        const model::Time time = span.timestamp();
        if (time.is_absent()) continue;
        if (span.parent_id().is_zero()) return time;
        if (earliest.is_absent() || time < earliest) earliest = time;
    }
    return earliest;
}

bool is_in_window(model::Time time, const TraceQuery& query) noexcept {
    if (time.is_absent()) return false;
    return time.us >= to_us((query.end_ts - query.lookback).count()) &&
           time.us <= to_us(query.end_ts.count());
}

bool trace_matches(std::span<const model::Span> spans, const TraceQuery& query) {
    if (!is_in_window(trace_timestamp(spans), query)) return false;
    OpenConditions open(query);
    for (const model::Span& span : spans) {
        if (open.all_met()) return true;
        open.test(span);
    }
    return open.all_met();
}

}  // namespace clew::trace
