// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps a fixed share of traces by looking only at the trace id, so every service (and Zipkin's
// collector) that uses the same rate keeps the same traces without talking to the others. Made once
// by the application, shared by all threads.
//
// Threads: immutable after construction; call from anywhere.

#include <cstdint>

#include "clew/base/expected.h"
#include "clew/sampler/sampler.h"

namespace clew::sampler {

class BoundarySampler final : public Sampler {
public:
    // `rate` is a share from 0 to 1, taken in single precision as Zipkin does; below 0.0001 the
    // share kept is coarser than the rate.
    // Errors: invalid_argument with Zipkin's text, "rate should be between 0 and 1: was 1.1".
    static Expected<BoundarySampler> create(double rate);

    using Sampler::is_sampled;
    bool is_sampled(const model::TraceId& trace_id) const noexcept override;

    std::int64_t boundary() const noexcept { return boundary_; }

private:
    explicit BoundarySampler(std::int64_t boundary) noexcept : boundary_(boundary) {}

    // A trace is kept when the absolute value of its low half, as a signed number, is not above.
    std::int64_t boundary_;
};

}  // namespace clew::sampler
