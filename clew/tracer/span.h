// SPDX-License-Identifier: Apache-2.0
#pragma once

// One operation while it runs: begun by a Tracer, described by tags and annotations, ended once by
// finish() or abandon(). A span of a trace that is not recorded has the same face and costs a
// branch per call. Texts are copied when they are given. Destroyed unfinished, it is delivered
// without duration and with the annotation "clew.flush"; ScopedSpan (scoped_span.h) finishes by
// itself. For a finished span's row see clew/model/span.h.
//
// Threads: one at a time, any thread; spans need not end in the order they began. Across fork() the
// child may go on using context(); finishing there does nothing, the parent delivers the span.

#include <concepts>
#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "clew/base/clock.h"
#include "clew/model/endpoint.h"
#include "clew/model/kind.h"
#include "clew/propagation/trace_context.h"

namespace clew::tracer {

namespace internal {
class Recorder;
struct SpanBlock;
}  // namespace internal

class Span {
public:
    // Not recorded; carries an empty context.
    Span() noexcept = default;
    // Not recorded; passes a context on.
    explicit Span(const propagation::TraceContext& context) noexcept : context_(context) {}
    Span(Span&& other) noexcept
        : block_(std::exchange(other.block_, nullptr)), context_(other.context_) {}
    Span& operator=(Span&& other) noexcept;
    ~Span() {
        if (block_ != nullptr) end_orphaned();
    }

    // Valid always, also when not recorded and after finish().
    const propagation::TraceContext& context() const noexcept { return context_; }
    // False when the trace is not sampled, and after finish() or abandon().
    bool is_recording() const noexcept { return block_ != nullptr; }

    Span& name(std::string_view name) noexcept;
    // What it is called until now; empty when it is not recording. Valid until the next call.
    std::string_view recorded_name() const noexcept;
    Span& kind(model::Kind kind) noexcept;

    // A tag set twice keeps the last value.
    Span& tag(std::string_view key, std::string_view value) noexcept {
        if (block_ != nullptr) record_tag(key, value);
        return *this;
    }
    Span& tag(std::string_view key, const char* value) noexcept {
        return tag(key, std::string_view(value != nullptr ? value : ""));
    }
    template <std::integral T>
    Span& tag(std::string_view key, T value) noexcept {
        if (block_ == nullptr) return *this;
        if constexpr (std::same_as<T, bool>) {
            record_tag(key, value ? std::string_view("true") : std::string_view("false"));
        } else if constexpr (std::is_signed_v<T>) {
            record_int64_tag(key, static_cast<std::int64_t>(value));
        } else {
            record_uint64_tag(key, static_cast<std::uint64_t>(value));
        }
        return *this;
    }
    // In the shortest decimal form that means the same number.
    template <std::floating_point T>
    Span& tag(std::string_view key, T value) noexcept {
        if (block_ != nullptr) record_float64_tag(key, static_cast<double>(value));
        return *this;
    }
    // The value is computed only when the span is recorded; an exception inside drops the tag.
    template <typename F>
    requires std::is_invocable_v<F&> Span& tag(std::string_view key, F&& value) noexcept {
        if (block_ == nullptr) return *this;
        try {
            const auto& computed = value();
            tag(key, std::string_view(computed));
        } catch (...) {
            count_cut();
        }
        return *this;
    }

    // Something that happened now, or at `at` (since the Unix epoch).
    Span& annotate(std::string_view value) noexcept {
        if (block_ != nullptr) record_annotation(value);
        return *this;
    }
    Span& annotate(std::string_view value, Microseconds at) noexcept;

    // The tag "error", which Zipkin shows in red.
    Span& error(std::string_view message) noexcept { return tag("error", message); }
    Span& error(const std::exception& exception) noexcept { return error(exception.what()); }

    // The other side. The last call of each wins.
    Span& remote_service(std::string_view service_name) noexcept;
    // `ip` is text of either family; text that is no address gives the port alone.
    Span& remote_address(std::string_view ip, std::uint16_t port) noexcept;
    Span& remote_endpoint(const model::Endpoint& endpoint) noexcept;
    // This side, where it differs from the tracer's: e.g. the accepted socket's address.
    Span& local_address(std::string_view ip, std::uint16_t port) noexcept;

    // Begins again: now, or at `at` since the Unix epoch. A span has begun when it is made.
    Span& start() noexcept;
    Span& start(Microseconds at) noexcept;

    // Ends the span now, or at `at`. The first of finish() and abandon() counts, others do nothing.
    // The duration is at least 1 us.
    void finish() noexcept {
        if (block_ != nullptr) end_now();
    }
    void finish(Microseconds at) noexcept;
    // Ends the span without delivering it.
    void abandon() noexcept;

private:
    friend class Tracer;

    // Recorded from now on, as the context has been decided.
    void begin(internal::Recorder& recorder, std::string_view name, model::Kind kind) noexcept;
    void record_tag(std::string_view key, std::string_view value) noexcept;
    [[gnu::noinline]] void record_tag_by_limits(
        std::string_view key, std::string_view value
    ) noexcept;
    void record_int64_tag(std::string_view key, std::int64_t value) noexcept;
    void record_uint64_tag(std::string_view key, std::uint64_t value) noexcept;
    void record_float64_tag(std::string_view key, double value) noexcept;
    void record_annotation(std::string_view value) noexcept;
    void count_cut() noexcept;
    void end_now() noexcept;
    void end_orphaned() noexcept;
    void end(std::uint64_t at, std::uint8_t flags) noexcept;

    internal::SpanBlock* block_ = nullptr;  // null: not recorded, or ended
    propagation::TraceContext context_;
};

}  // namespace clew::tracer
