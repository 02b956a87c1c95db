// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a storage engine promises, taken together. storage/memory keeps it in memory;
// storage/testing is the exam that every engine passes. Whoever needs one part takes that part's
// interface, not this.
//
// Threads: all parts may be used from anywhere at once.

#include <cstdint>
#include <string>

#include "clew/base/expected.h"
#include "clew/storage/autocomplete_tags.h"
#include "clew/storage/dependency_store.h"
#include "clew/storage/service_and_span_names.h"
#include "clew/storage/span_consumer.h"
#include "clew/storage/span_store.h"

namespace clew::storage {

// What an operator sees of it.
struct StorageCounts {
    std::uint64_t spans = 0;   // held now
    std::uint64_t traces = 0;  // held now
    std::uint64_t bytes = 0;   // held now, of what the engine bounds
    // Left because a bound was reached: of spans, of bytes, or because a batch added to their own
    // trace, which alone fills the store. What comes of such a trace later is not all of it.
    std::uint64_t spans_evicted_for_spans = 0;
    std::uint64_t spans_evicted_for_bytes = 0;
    std::uint64_t spans_evicted_of_own_trace = 0;
    std::uint64_t spans_repeated = 0;  // arrived, and were here already in every field

    // stored = spans + spans_evicted() + spans_repeated, exactly.
    std::uint64_t spans_evicted() const noexcept {
        return spans_evicted_for_spans + spans_evicted_for_bytes + spans_evicted_of_own_trace;
    }
};

// Whether requests should come: everything but `failed` passes without a restart.
enum class StorageState : std::uint8_t { ready, recovering, read_only, overloaded, failed };

struct StorageHealth {
    StorageState state = StorageState::ready;
    std::string reason;  // empty while ready
};

class Storage {
public:
    virtual ~Storage() = default;

    virtual SpanConsumer& span_consumer() = 0;
    virtual const SpanStore& span_store() const = 0;
    virtual const ServiceAndSpanNames& service_and_span_names() const = 0;
    virtual const AutocompleteTags& autocomplete_tags() const = 0;
    virtual const DependencyStore& dependency_store() const = 0;

    // The engine's name as /health shows it; Zipkin's where it has such an engine, e.g.
    // "InMemoryStorage".
    virtual std::string name() const = 0;
    // Never blocks: an engine keeps its state up to date itself.
    virtual StorageHealth health() const = 0;
    virtual StorageCounts counts() const = 0;
    // Grows before a batch is accepted: answers of equal changes() are equal. Never blocks.
    virtual std::uint64_t changes() const = 0;
};

}  // namespace clew::storage
