// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where finished spans wait until a reporter takes them: the rings of all threads of one tracer,
// seen from the side that empties them. Got from Tracer::finished_spans(); a small handle that may
// be copied and stays valid (and empty) after its tracer ended. In a forked child everything
// inherited is gone: nothing to drain, counts from zero, and `first_finish` is told again.
//
// Every finished span is drained once or counted as dropped for one reason:
//     finished + recovered = drained + sum of dropped + still waiting.
//
// Threads: drain() from one thread at a time; set_wake_up() and counts() from anywhere.

#include <array>
#include <cstddef>
#include <cstdint>

#include "clew/model/span_builder.h"

namespace clew::tracer {

namespace internal {
class Recorder;
}

// Why a finished span was lost on its way to the reporter.
enum class DropReason : std::uint8_t {
    ring_full = 0,  // the thread recorded faster than the reporter drained (limit ring_bytes_max)
    rings_max = 1,  // more threads record at once than limit rings_max allows
    no_memory = 2,  // the system gave no memory for a ring or for a drained span
    closed = 3,     // finished after the tracer ended
    in_signal = 4,  // begun or finished by a signal handler that had interrupted the tracer
    open_spans_max = 5,  // more spans open at once than limit open_spans_max allows
};
inline constexpr std::size_t kDropReasons = 6;

// The reason's name as it stands above, e.g. "ring_full".
const char* drop_reason_name(DropReason reason) noexcept;

struct FinishedCounts {
    std::uint64_t finished = 0;  // sampled spans finished, dropped ones included
    std::uint64_t drained = 0;   // given to drain()'s caller
    std::array<std::uint64_t, kDropReasons> dropped{};  // by DropReason
    std::uint64_t texts_cut = 0;  // tags, annotations and names shortened or left out by a limit
    std::uint64_t orphans = 0;    // spans destroyed unfinished; delivered, and in `finished` too
    // With the option ring_dir: spans found that a killed process had finished; spans, or files'
    // unknown rests, that could not be read; rings that got no file, for want of room.
    std::uint64_t recovered = 0;
    std::uint64_t recovery_damaged = 0;
    std::uint64_t rings_unfiled = 0;

    std::uint64_t dropped_total() const noexcept;
};

// Why an application's thread calls the reporter.
enum class WakeReason : std::uint8_t {
    first_finish,  // the first sampled span of this process is in its ring: start the worker
    half_full,     // a ring is half full: do not wait for the flush interval
};

// Called on an application's thread right after a span finished: neither blocks nor throws.
struct WakeUp {
    void (*call)(void* receiver, WakeReason reason) noexcept = nullptr;
    void* receiver = nullptr;
};

class FinishedSpans {
public:
    // Not bound to a tracer: always empty.
    FinishedSpans() noexcept = default;

    // Appends at most `spans_max` finished spans as rows in Zipkin's normal form (names in lower
    // case, valid UTF-8 without NUL, texts owned by the builder's arena). Returns how many; 0 when
    // nothing waits. Spans of one thread come in the order in which they finished.
    std::size_t drain(model::SpanBuilder& into, std::size_t spans_max) noexcept;

    // Replaces the hook; an empty WakeUp removes it. Once this returns, the previous hook is not
    // running and will not be called again; so never from inside a hook. Spans that finished before
    // are told at the next finish.
    void set_wake_up(WakeUp wake_up) noexcept;

    FinishedCounts counts() const noexcept;

    // True until drain() has looked, in this process, for what a killed one has left.
    bool may_recover() const noexcept;

private:
    friend class Tracer;
    explicit FinishedSpans(internal::Recorder* recorder) noexcept : recorder_(recorder) {}

    internal::Recorder* recorder_ = nullptr;
};

}  // namespace clew::tracer
