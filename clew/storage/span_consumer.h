// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a batch of spans comes to rest. The collector hands each batch over once; the storage
// answers once it is as durable as configured, and only then is the sender told "accepted". A batch
// that was accepted is readable at once: a query begun after `done` finds it.
//
// Threads: accept() may be called from any number of threads; `done` is called exactly once, from
// any thread, possibly before accept() returns.

#include <cstddef>
#include <functional>
#include <limits>

#include "clew/base/expected.h"
#include "clew/model/span_batch.h"

namespace clew::storage {

// Error codes a storage answers with: overloaded (try again later), limit_exceeded (never fits),
// io, internal.
using AcceptDone = std::function<void(Expected<void>)>;

class SpanConsumer {
public:
    virtual ~SpanConsumer() = default;

    // All of the batch, or none of it.
    virtual void accept(model::SpanBatch batch, AcceptDone done) = 0;

    // limit_exceeded when accept() would refuse the batch however little the storage held: then
    // sending it again never helps. Cheap for batches far from the bounds.
    virtual Expected<void> check_fits(const model::SpanBatch& /*batch*/) const { return {}; }

    // No batch of more spans fits, so that a decoder may stop there.
    virtual std::size_t batch_spans_max() const { return std::numeric_limits<std::size_t>::max(); }
};

}  // namespace clew::storage
