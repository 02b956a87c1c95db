// SPDX-License-Identifier: Apache-2.0
#pragma once

// What became of an application's finished spans, without remainder:
//     finished + recovered = sent + dropped, by the tracer or here, for one reason each
//                            + still on their way.
// Counted for one process: a forked child begins at zero.
//
// Threads: a plain value.

#include <array>
#include <cstddef>
#include <cstdint>

#include "clew/tracer/finished_spans.h"
#include "clew/transport/circuit_breaker.h"

namespace clew::reporter {

// Why a span that the tracer delivered was not sent. The tracer's own reasons: tracer::DropReason.
enum class DropReason : std::uint8_t {
    queue_full = 0,  // the collector was slow or away for longer than queue_bytes_max lasts
    too_large = 1,   // one span alone passes the sender's bound on a message
    refused = 2,     // the collector said no, and would say so again
    unanswered = 3,  // sent, but no valid answer came; it may have arrived, so it is not repeated
    at_close = 4,    // unsent when the reporter ended, or finished afterwards
    no_memory = 5,   // the system gave none
};
inline constexpr std::size_t kDropReasons = 6;

// The reason's name as it stands above.
const char* drop_reason_name(DropReason reason) noexcept;

struct ReporterCounts {
    tracer::FinishedCounts tracer;
    std::uint64_t sent = 0;                             // spans that the collector said it has
    std::array<std::uint64_t, kDropReasons> dropped{};  // by DropReason
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_failed = 0;  // attempts without success
    std::uint64_t failures_in_row = 0;  // those since the newest success
    std::uint64_t retries = 0;          // attempts at what had failed before
    std::uint64_t message_bytes = 0;    // of messages_sent, before compression
    std::uint64_t written_bytes = 0;    // of messages_sent, as they went over the wire
    // Times that a collector refused compressed bodies and got them as they are; see http_sender.h.
    std::uint64_t compression_refused = 0;
    transport::BreakerState breaker = transport::BreakerState::closed;
    std::uint64_t breaker_openings = 0;
    std::uint64_t queue_bytes = 0;  // held now
    std::uint64_t queue_spans = 0;  // held now

    std::uint64_t finished() const noexcept { return tracer.finished; }
    // Those that killed processes had finished, too; see TracerOptions::ring_dir.
    std::uint64_t taken_on() const noexcept { return tracer.finished + tracer.recovered; }
    // For all reasons, the tracer's too.
    std::uint64_t dropped_total() const noexcept;
    // Finished, and neither sent nor dropped yet: in a ring, in the queue, or in a message.
    std::uint64_t on_their_way() const noexcept;
    // Whatever a person should hear of, in one sum that only grows: losses, and what may lose.
    std::uint64_t troubles() const noexcept;
};

}  // namespace clew::reporter
