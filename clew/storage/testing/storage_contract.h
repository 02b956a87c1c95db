// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exam that every storage engine passes: what SpanConsumer, SpanStore, names, auto-completion
// and the service graph promise, with exact answers. An engine's test says once how to make it:
//
//     INSTANTIATE_TEST_SUITE_P(
//         MemoryStorage, StorageContract, ::testing::Values(StorageMaker{"memory", make_memory})
//     );
//
// Spans are written as text (model/testing/span_text.h); "+5000" for a time means microseconds
// after kSampleTimeUs. Whatever a search finds is held against all that was stored of that trace,
// field by field.
//
// Threads: a fixture belongs to one test; store() may be called from several threads.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "clew/model/span_batch.h"
#include "clew/model/testing/sample_spans.h"
#include "clew/storage/storage.h"
#include "clew/trace/trace_query.h"

namespace clew::storage::testing {

// What a test asks an engine to be.
struct StorageTraits {
    bool strict_trace_id = true;
    bool search_enabled = true;
    std::vector<std::string> autocomplete_keys;
};

struct StorageMaker {
    std::string name;
    std::function<std::unique_ptr<Storage>(const StorageTraits&)> make;

    friend void PrintTo(const StorageMaker& maker, std::ostream* out) { *out << maker.name; }
};

// Two days around kSampleTimeUs, a hundred traces; narrowed word by word.
class Asking {
public:
    Asking();

    Asking& service(std::string name);
    Asking& remote_service(std::string name);
    Asking& span_name(std::string name);
    Asking& term(std::string key, std::string value = "");
    Asking& min_duration(std::int64_t us);
    Asking& max_duration(std::int64_t us);
    // Milliseconds after kSampleTimeUs, and back from there.
    Asking& window(std::int64_t end_ms, std::int64_t lookback_ms);
    Asking& limit(std::size_t traces);

    const trace::TraceQuery& query() const { return query_; }

private:
    trace::TraceQuery query_;
};

using Texts = std::vector<std::string>;

class StorageContract : public ::testing::TestWithParam<StorageMaker> {
protected:
    StorageContract() { restart({}); }

    // A fresh engine of these traits.
    void restart(const StorageTraits& traits);
    Storage& storage() { return *storage_; }
    // Ends the engine.
    void shut_down() { storage_.reset(); }

    // Returns when the engine says done, and fails the test when it says no.
    void store(model::SpanBatch batch);
    void store(std::string_view text);

    // Ids of the traces found, in the order of the answer, after holding each against what was
    // stored.
    Texts found(const Asking& asking);
    // The same by id; "" when there is none.
    std::string got(const model::TraceId& id);
    Texts got_many(const std::vector<model::TraceId>& ids);
    // "parent>child calls/errors", sorted. Milliseconds as Asking::window().
    Texts links(std::int64_t end_ms = 86'400'000, std::int64_t lookback_ms = 2 * 86'400'000);

    Texts services() {
        return storage().service_and_span_names().service_names(QueryContext::unlimited()).value();
    }
    Texts span_names(std::string_view service);
    Texts remote_services(std::string_view service);

private:
    std::string checked(const StoredTrace& trace);

    StorageTraits traits_;
    std::unique_ptr<Storage> storage_;
    std::mutex mutex_;
    std::map<model::TraceId, std::set<std::string>> stored_;  // lines by trace
};

// Replaces "+5000" after '=' or ':' by that many microseconds after kSampleTimeUs.
std::string shifted(std::string_view text);

// Pulls the exam's object files into an engine's test binary.
int link_storage_contract();
inline const int kStorageContractLinked = link_storage_contract();

}  // namespace clew::storage::testing
