// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decides whether a trace is recorded, once, where the trace begins (or where a caller deferred the
// decision). Made by the application, shared by all its threads, lives as long as the tracer. A
// trace with the debug flag never gets here: the caller lets it pass.
//
// Threads: implementations may be called from anywhere at once and never block.

#include "clew/model/trace_id.h"

namespace clew::sampler {

class Sampler {
public:
    virtual ~Sampler() = default;

    virtual bool is_sampled(const model::TraceId& trace_id) const noexcept = 0;
};

// Every trace, and none.
class AlwaysSampler final : public Sampler {
public:
    bool is_sampled(const model::TraceId&) const noexcept override { return true; }
};

class NeverSampler final : public Sampler {
public:
    bool is_sampled(const model::TraceId&) const noexcept override { return false; }
};

}  // namespace clew::sampler
