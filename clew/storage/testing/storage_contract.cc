// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/testing/storage_contract.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "clew/model/testing/span_text.h"

namespace clew::storage::testing {

// Each part of the exam stands in a file of its own and is pulled in by name.
int link_search_contract();
int link_condition_contract();
int link_trace_contract();
int link_names_contract();
int link_dependency_contract();
int link_concurrency_contract();

int link_storage_contract() {
    return link_search_contract() + link_condition_contract() + link_trace_contract() +
           link_names_contract() + link_dependency_contract() + link_concurrency_contract();
}

namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::int64_t kDayMs = 86'400'000;

}  // namespace

Asking::Asking() {
    window(kDayMs, 2 * kDayMs);
    limit(100);
}

Asking& Asking::service(std::string name) {
    query_.service_name = std::move(name);
    return *this;
}

Asking& Asking::remote_service(std::string name) {
    query_.remote_service_name = std::move(name);
    return *this;
}

Asking& Asking::span_name(std::string name) {
    query_.span_name = std::move(name);
    return *this;
}

Asking& Asking::term(std::string key, std::string value) {
    query_.annotation_terms.push_back({std::move(key), std::move(value)});
    return *this;
}

Asking& Asking::min_duration(std::int64_t us) {
    query_.min_duration = std::chrono::microseconds(us);
    return *this;
}

Asking& Asking::max_duration(std::int64_t us) {
    query_.max_duration = std::chrono::microseconds(us);
    return *this;
}

Asking& Asking::window(std::int64_t end_ms, std::int64_t lookback_ms) {
    query_.end_ts = std::chrono::milliseconds(model::testing::kSampleTimeMs + end_ms);
    query_.lookback = std::chrono::milliseconds(lookback_ms);
    return *this;
}

Asking& Asking::limit(std::size_t traces) {
    query_.limit = traces;
    return *this;
}

std::string shifted(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_shift = text[i] == '+' && i > 0 && (text[i - 1] == '=' || text[i - 1] == ':');
        if (!is_shift) {
            out.push_back(text[i]);
            continue;
        }
        std::int64_t after = 0;
        for (; i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9'; ++i) {
            after = after * 10 + (text[i + 1] - '0');
        }
        out += std::to_string(model::testing::kSampleTimeUs + after);
    }
    return out;
}

void StorageContract::restart(const StorageTraits& traits) {
    storage_.reset();
    traits_ = traits;
    storage_ = GetParam().make(traits);
    stored_.clear();
}

void StorageContract::store(model::SpanBatch batch) {
    {
        const std::lock_guard lock(mutex_);
        for (const model::Span& span : batch) {
            model::TraceId id = span.trace_id();
            if (!traits_.strict_trace_id) id.high = 0;
            stored_[id].insert(model::testing::span_text(span));
        }
    }
    auto answer = std::make_shared<std::promise<Expected<void>>>();
    std::future<Expected<void>> done = answer->get_future();
    storage().span_consumer().accept(std::move(batch), [answer](Expected<void> result) {
        answer->set_value(std::move(result));  // throws when it is called twice
    });
    ASSERT_EQ(done.wait_for(kPatience), std::future_status::ready);
    const Expected<void> result = done.get();
    ASSERT_TRUE(result.has_value()) << result.error().message;
}

void StorageContract::store(std::string_view text) { store(model::testing::spans(shifted(text))); }

std::string StorageContract::checked(const StoredTrace& trace) {
    EXPECT_FALSE(trace.spans.empty()) << "a trace without spans is never an answer";
    if (trace.spans.empty()) return "";
    model::TraceId id = trace.spans.front().trace_id();
    if (!traits_.strict_trace_id) id.high = 0;
    Texts lines;
    for (const model::Span& span : trace.spans) {
        lines.push_back(model::testing::span_text(span));
    }
    std::ranges::sort(lines);
    const std::lock_guard lock(mutex_);
    const std::set<std::string>& stored = stored_[id];
    EXPECT_EQ(lines, Texts(stored.begin(), stored.end()));
    return id.to_hex();
}

Texts StorageContract::found(const Asking& asking) {
    const auto traces =
        storage().span_store().find_traces(asking.query(), QueryContext::unlimited());
    if (!traces) return {traces.error().message};
    Texts ids;
    for (const StoredTrace& trace : *traces) ids.push_back(checked(trace));
    return ids;
}

std::string StorageContract::got(const model::TraceId& id) {
    const auto trace = storage().span_store().get_trace(id, QueryContext::unlimited());
    if (!trace) return trace.error().message;
    return trace->spans.empty() ? "" : checked(*trace);
}

Texts StorageContract::got_many(const std::vector<model::TraceId>& ids) {
    const auto traces = storage().span_store().get_traces(ids, QueryContext::unlimited());
    if (!traces) return {traces.error().message};
    Texts found;
    for (const StoredTrace& trace : *traces) found.push_back(checked(trace));
    return found;
}

Texts StorageContract::links(std::int64_t end_ms, std::int64_t lookback_ms) {
    const auto links = storage().dependency_store().dependencies(
        std::chrono::milliseconds(model::testing::kSampleTimeMs + end_ms),
        std::chrono::milliseconds(lookback_ms),
        QueryContext::unlimited()
    );
    if (!links) return {links.error().message};
    Texts texts;
    for (const model::DependencyLink& link : *links) {
        texts.push_back(
            link.parent + ">" + link.child + " " + std::to_string(link.call_count) + "/" +
            std::to_string(link.error_count)
        );
    }
    std::ranges::sort(texts);
    return texts;
}

Texts StorageContract::span_names(std::string_view service) {
    return storage()
        .service_and_span_names()
        .span_names(service, QueryContext::unlimited())
        .value();
}

Texts StorageContract::remote_services(std::string_view service) {
    return storage()
        .service_and_span_names()
        .remote_service_names(service, QueryContext::unlimited())
        .value();
}

}  // namespace clew::storage::testing
