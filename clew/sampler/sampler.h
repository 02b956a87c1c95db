// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decides whether a trace is recorded, once, where the trace begins (or where a caller deferred the
// decision). Made by the application, shared by all its threads, lives as long as the tracer. A
// trace with the debug flag never gets here: the caller lets it pass. From text: sampler_text.h.
//
// Threads: implementations may be called from anywhere at once and never block.

#include <string_view>

#include "clew/model/trace_id.h"

namespace clew::sampler {

// The request that a trace begins with, as its first line says it.
struct Request {
    std::string_view method;  // "GET"
    std::string_view path;    // "/thumb/7", without the query
};

class Sampler {
public:
    virtual ~Sampler() = default;

    virtual bool is_sampled(const model::TraceId& trace_id) const noexcept = 0;

    // The same for a trace that begins with a request; most samplers look at the id only.
    virtual bool is_sampled(const model::TraceId& trace_id, const Request&) const noexcept {
        return is_sampled(trace_id);
    }
};

// Every trace, and none.
class AlwaysSampler final : public Sampler {
public:
    using Sampler::is_sampled;
    bool is_sampled(const model::TraceId&) const noexcept override { return true; }
};

class NeverSampler final : public Sampler {
public:
    using Sampler::is_sampled;
    bool is_sampled(const model::TraceId&) const noexcept override { return false; }
};

}  // namespace clew::sampler
