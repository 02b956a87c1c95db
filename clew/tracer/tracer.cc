// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/tracer.h"

#include <bit>
#include <memory>
#include <string>
#include <utility>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/base/text.h"
#include "clew/tracer/current_trace_context.h"
#include "clew/tracer/internal/recorder.h"
#include "clew/tracer/internal/ring_directory.h"
#include "clew/tracer/internal/thread_state.h"

namespace clew::tracer {

namespace {

using propagation::Sampling;
using propagation::TraceContext;

constexpr std::size_t kSmallestTextBytesMax = 8;  // room for what marks a cut
constexpr std::size_t kCountMax = 65535;

struct Limit {
    const char* name;
    std::size_t value;
    std::size_t least;
    std::size_t most;
};

Expected<void> check(const TracerLimits& limits) {
    constexpr std::size_t kRingBytesMost = std::size_t{1} << 30;
    const std::size_t text_most = limits.span_bytes_max;
    const Limit all[] = {
        {"ring_bytes_max", limits.ring_bytes_max, 4096, kRingBytesMost},
        {"rings_max", limits.rings_max, 1, std::size_t{1} << 20},
        {"open_spans_max", limits.open_spans_max, 1, std::size_t{1} << 24},
        {"span_bytes_max", limits.span_bytes_max, internal::SpanBlock::kBytes, kRingBytesMost / 2},
        {"tag_key_bytes_max", limits.tag_key_bytes_max, kSmallestTextBytesMax, kCountMax},
        {"tag_value_bytes_max", limits.tag_value_bytes_max, kSmallestTextBytesMax, text_most},
        {"annotation_bytes_max", limits.annotation_bytes_max, kSmallestTextBytesMax, text_most},
        {"name_bytes_max", limits.name_bytes_max, kSmallestTextBytesMax, text_most},
        {"tags_max", limits.tags_max, 0, kCountMax},
        {"annotations_max", limits.annotations_max, 0, kCountMax},
    };
    for (const Limit& limit : all) {
        if (limit.value >= limit.least && limit.value <= limit.most) continue;
        return Error{
            Code::invalid_argument,
            std::string(limit.name) + " should be between " + std::to_string(limit.least) +
                " and " + std::to_string(limit.most) + ": was " + std::to_string(limit.value)};
    }
    if (!std::has_single_bit(limits.ring_bytes_max)) {
        return Error{
            Code::invalid_argument,
            "ring_bytes_max should be a power of two: was " +
                std::to_string(limits.ring_bytes_max)};
    }
    return {};
}

// The service's name as every span will show it.
std::string normal_service_name(std::string_view name, std::size_t bytes_max) {
    std::string valid;
    append_valid_utf8(name, valid);
    std::erase(valid, '\0');
    std::string lower = lower_case(valid);
    while (lower.size() > bytes_max || !is_valid_utf8(lower)) lower.pop_back();
    return lower;
}

// The functions below change a context where it is, in its span: a copy would be made before the
// stores to its fields are done.

// `request` is null where the trace does not begin with one.
void decide(
    const internal::Recorder& recorder, TraceContext& context, const sampler::Request* request
) noexcept {
    if (context.debug) {
        context.sampling = Sampling::sampled;
    } else if (context.sampling == Sampling::unset) {
        const bool sampled = recorder.is_sampled(context.trace_id, request);
        context.sampling = sampled ? Sampling::sampled : Sampling::not_sampled;
    }
    if (context.time_anchor == 0) context.time_anchor = recorder.time_anchor();
}

// A root with new ids that obeys the decision that is there, if there is one.
void become_root(
    const internal::Recorder& recorder, TraceContext& context, const sampler::Request* request
) noexcept {
    const std::uint32_t generation = fork_generation();
    internal::IdGenerator& ids = internal::thread_state.ids;
    // Zipkin's libraries give a root span the (low half of the) trace id.
    context.span_id.value = ids.next(generation);
    context.trace_id.low = context.span_id.value;
    context.trace_id.high = recorder.options().trace_id_128bit ? ids.next(generation) : 0;
    context.parent_id = {};
    context.shared = false;
    context.is_random = true;  // every bit that was drawn is
    decide(recorder, context, request);
}

void become_child(
    const internal::Recorder& recorder, TraceContext& context, const sampler::Request* request
) noexcept {
    context.parent_id = context.span_id;
    context.span_id.value = internal::thread_state.ids.next(fork_generation());
    context.shared = false;
    context.is_child_only = false;
    decide(recorder, context, request);
}

}  // namespace

Expected<Tracer> Tracer::create(TracerOptions options) {
    if (Expected<void> checked = check(options.limits); !checked) return checked.error();
    internal::Recorder* recorder = nullptr;
    try {
        options.service_name =
            normal_service_name(options.service_name, options.limits.name_bytes_max);
        std::unique_ptr<internal::RingDirectory> directory;
        if (!options.ring_dir.empty()) {
            auto opened = internal::RingDirectory::open(options);
            if (!opened) return std::move(opened).error();
            directory = *std::move(opened);
        }
        recorder = internal::Recorder::create(std::move(options), std::move(directory));
    } catch (...) {  // memory is short
    }
    if (recorder == nullptr) return Error{Code::unavailable, "no memory"};
    return Tracer(recorder);
}

Tracer::~Tracer() { end(); }

void Tracer::close() noexcept {
    if (recorder_ != nullptr) recorder_->close();
}

void Tracer::end() noexcept {
    close();
    if (recorder_ != nullptr) recorder_->release_sampler();
}

Tracer::Tracer(Tracer&& other) noexcept : recorder_(std::exchange(other.recorder_, nullptr)) {}

Tracer& Tracer::operator=(Tracer&& other) noexcept {
    if (this == &other) return *this;
    end();
    recorder_ = std::exchange(other.recorder_, nullptr);
    return *this;
}

Span Tracer::new_trace(std::string_view name, model::Kind kind) const noexcept {
    Span span;
    if (recorder_ == nullptr) return span;
    become_root(*recorder_, span.context_, nullptr);
    if (span.context_.is_recorded()) span.begin(*recorder_, name, kind);
    return span;
}

Span Tracer::continue_trace(
    const TraceContext& parent,
    std::string_view name,
    model::Kind kind,
    const sampler::Request* request
) const noexcept {
    Span span(parent);
    if (recorder_ == nullptr) return span;
    if (parent.has_ids()) {
        become_child(*recorder_, span.context_, request);
    } else {
        become_root(*recorder_, span.context_, request);
    }
    if (span.context_.is_recorded()) span.begin(*recorder_, name, kind);
    return span;
}

Span Tracer::join(
    const TraceContext& extracted,
    std::string_view name,
    model::Kind kind,
    const sampler::Request* request
) const noexcept {
    if (recorder_ == nullptr) return Span(extracted);
    if (!extracted.has_ids() || extracted.is_child_only || !recorder_->options().supports_join) {
        return continue_trace(extracted, name, kind, request);
    }
    Span span(extracted);
    span.context_.shared = true;
    decide(*recorder_, span.context_, request);
    if (span.context_.is_recorded()) span.begin(*recorder_, name, kind);
    return span;
}

Span Tracer::next_span(std::string_view name, model::Kind kind) const noexcept {
    return new_child(current_trace_context(), name, kind);
}

}  // namespace clew::tracer
