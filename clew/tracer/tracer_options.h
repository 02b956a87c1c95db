// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an application decides about its tracer, each field with its default. Checked once by
// Tracer::create(); environment variables and files are read elsewhere (clew/tracing).
//
// Threads: a plain value.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "clew/base/clock.h"
#include "clew/base/ip_address.h"
#include "clew/sampler/sampler.h"

namespace clew::tracer {

// Bounds on what tracing may cost its host. Passing one never fails a call: the text is cut or the
// span is dropped, and counted (finished_spans.h).
struct TracerLimits {
    // Finished spans of one thread that wait for the reporter. A power of two from 4 KiB to 1 GiB.
    std::size_t ring_bytes_max = std::size_t{256} * 1024;
    // Threads that record at the same time; ring memory is at most rings_max * ring_bytes_max.
    std::size_t rings_max = 256;
    // Sampled spans that the process may have open at once, 1 KiB each; one more is not recorded.
    // Spare blocks count too: at most 64 of each thread. Raise it for more requests in flight.
    std::size_t open_spans_max = std::size_t{64} * 1024;
    // One span's record; at most half a ring. What does not fit any more is left out of the span.
    std::size_t span_bytes_max = std::size_t{128} * 1024;
    // Cut with U+2026 at the end when longer; from 8 to span_bytes_max.
    std::size_t tag_key_bytes_max = 256;
    std::size_t tag_value_bytes_max = std::size_t{64} * 1024;
    std::size_t annotation_bytes_max = std::size_t{64} * 1024;
    std::size_t name_bytes_max = 256;   // span names and service names
    std::size_t tags_max = 256;         // of one span
    std::size_t annotations_max = 256;  // of one span
};

// Where the hot path reads time.
enum class TickSource : std::uint8_t {
    automatic,        // the processor's counter where it is safe, else the monotonic clock
    monotonic_clock,  // always clock_gettime(CLOCK_MONOTONIC)
};

struct TracerOptions {
    // The service that records; Zipkin shows it in lower case. Empty: spans carry no service name.
    std::string service_name;
    // Where this service listens, when known.
    std::optional<Ipv4Address> ipv4;
    std::optional<Ipv6Address> ipv6;
    std::uint16_t port = 0;  // 0: unknown

    // Null: every trace is recorded.
    std::shared_ptr<const sampler::Sampler> sampler;

    // New traces get 128-bit ids; false: 64-bit ones, for peers that know no others.
    bool trace_id_128bit = false;
    // join_span() keeps the caller's span id (Zipkin's shared spans); false: it makes a child.
    bool supports_join = true;

    TickSource ticks = TickSource::automatic;
    // For tests: replaces both clocks. Must outlive every span of the tracer.
    const Clock* clock = nullptr;

    TracerLimits limits;

    // A directory in memory (tmpfs), by its absolute path, in which finished spans wait; of those
    // that a killed process of the service has left there, the next one sends what it finds. Empty:
    // they wait in memory of the process and end with it. See internal/ring_file.h.
    std::string ring_dir;
};

}  // namespace clew::tracer
