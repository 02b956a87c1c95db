// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way from a receiver to the storage: decoded spans come in, the sampler leaves out whole
// traces by their id, the rest is handed to the storage, and the answer comes back when the storage
// has given its own. One per server, shared by all receivers; every span that enters is counted
// once when it comes and once when its fate is known (collector_metrics.h).
//
// Threads: accept() from anywhere.

#include <functional>

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

class Collector {
public:
    // Requires: both outlive the collector.
    Collector(const sampler::Sampler& sampler, storage::SpanConsumer& storage)
        : sampler_(sampler), storage_(storage) {}

    // One message's spans. Counts them as received, keeps those that are marked debug or whose
    // trace the sampler keeps; succeeds at once when none is left. Errors are the storage's:
    // overloaded, limit_exceeded, io, internal; then none of the batch is stored.
    void accept(
        model::SpanBatch batch, CollectorMetrics& metrics, Refusal refusal, AcceptDone done
    );

private:
    const sampler::Sampler& sampler_;
    storage::SpanConsumer& storage_;
};

}  // namespace clew::collector
