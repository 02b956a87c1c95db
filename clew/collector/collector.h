// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way from a receiver to the storage: decoded spans come in, the sampler leaves out whole
// traces by their id, the rest is handed to the storage, and the answer comes back when the storage
// has given its own. One per server, shared by all receivers, and the only one that counts
// (collector_metrics.h): every message once when it has come, every span once when it comes and
// once when its fate is known, so that a counter means the same over every protocol.
//
// Threads: all of it from anywhere.

#include <cstddef>
#include <functional>
#include <memory>

#include "clew/base/expected.h"
#include "clew/collector/collector_metrics.h"
#include "clew/model/span_batch.h"
#include "clew/sampler/sampler.h"
#include "clew/storage/span_consumer.h"

namespace clew::collector {

// Called exactly once, from any thread, possibly before accept() returns.
using AcceptDone = storage::AcceptDone;

// What the sender learns when the storage does not take its spans.
enum class Refusal {
    told,    // the protocol says so: the spans count as rejected
    silent,  // it cannot: they count as dropped
};

// What a message is to its sender.
enum class MessageKind {
    whole,    // stored whole or refused whole, as a body of HTTP
    entries,  // a parcel of entries that have nothing to do with each other, as a call of scribe:
              // what does not fit whole is stored in parts, and what never fits is left out
};

class Collector {
public:
    // Requires: both outlive the collector.
    Collector(const sampler::Sampler& sampler, storage::SpanConsumer& storage)
        : sampler_(sampler), storage_(storage) {}

    // A message has come whole.
    void count_message(CollectorMetrics& metrics) const { metrics.messages.add(); }
    // Its bytes, after decompression and base64.
    void count_bytes(CollectorMetrics& metrics, std::size_t bytes) const;
    // It never became spans: malformed, beyond a limit, or there was no memory; the sender is told.
    void count_refusal(CollectorMetrics& metrics) const { metrics.messages_dropped.add(); }
    // There was nothing in it.
    void count_empty(CollectorMetrics& metrics) const;

    // No message of more spans can be stored whole: a decoder may stop there.
    std::size_t batch_spans_max() const { return storage_.batch_spans_max(); }

    // One message's spans. Counts them as received, keeps those that are marked debug or whose
    // trace the sampler keeps; succeeds at once when none is left. Errors are the storage's:
    // overloaded (also: no memory), limit_exceeded (never of entries), io, internal; then of a
    // whole message nothing is stored, of entries perhaps some, for which a repetition is harmless.
    // Throws bad_alloc only before it has counted anything.
    void accept(
        model::SpanBatch batch,
        CollectorMetrics& metrics,
        Refusal refusal,
        MessageKind kind,
        AcceptDone done
    );

private:
    class Fate;
    class Part;

    void store(model::SpanBatch batch, const std::shared_ptr<Fate>& fate);
    void hand_over(model::SpanBatch batch, const std::shared_ptr<Fate>& fate);

    const sampler::Sampler& sampler_;
    storage::SpanConsumer& storage_;
};

}  // namespace clew::collector
