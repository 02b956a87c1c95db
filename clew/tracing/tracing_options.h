// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a person decides about the tracing of one application. What is left unset comes from the
// environment (the name in brackets), then from the default that follows it. finalize() turns the
// wish into options that are known to be right; only those build anything.
//
// Threads: plain values.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/propagation/composite.h"
#include "clew/reporter/reporter_options.h"
#include "clew/sampler/sampler.h"
#include "clew/sampler/sampler_text.h"
#include "clew/tracer/tracer_options.h"
#include "clew/tracing/collector_address.h"

namespace clew::tracing {

// Every field has an initialiser, so that naming a few in braces draws no warning.
struct TracingOptions {
    // [CLEW_SERVICE_NAME, OTEL_SERVICE_NAME] How the service is called in every trace. Required.
    std::string service_name = {};
    // [CLEW_ENDPOINT] http://127.0.0.1:9411/api/v2/spans. See collector_address.h.
    std::string endpoint = {};
    // [CLEW_SAMPLE_RATE] 1. The share of new traces that are recorded, 0 to 1.
    std::optional<double> sample_rate = {};
    // [CLEW_SAMPLER, OTEL_TRACES_SAMPLER] Instead of a rate: "per_second(100)", rules by method and
    // path, and more: clew/sampler/sampler_text.h.
    std::string sampler = {};
    // Instead of both: a sampler of the application's own (clew/sampler/function_sampler.h).
    std::shared_ptr<const sampler::Sampler> custom_sampler = {};
    // [CLEW_LOCAL_IP], [CLEW_LOCAL_PORT] absent. Where the service listens.
    std::string local_ip = {};
    std::optional<std::uint64_t> local_port = {};
    // [CLEW_TRACE_ID_BITS] 64. Of new traces: 64 or 128.
    std::optional<std::uint64_t> trace_id_bits = {};
    // [CLEW_JOIN] true. A server's span shares the id of its caller's, as Zipkin does.
    std::optional<bool> join = {};
    // [CLEW_PROPAGATION, OTEL_PROPAGATORS] "b3multi". Headers that are sent, a list with commas:
    // b3multi, b3, tracecontext, baggage; or none. Of OpenTelemetry's list, what is known counts.
    std::string propagation = {};
    // [CLEW_EXTRACT_ORDER] "b3,b3multi,tracecontext". Headers that are read, the first context that
    // is found counts. Baggage is always read.
    std::string extract_order = {};
    // [CLEW_TRUST_INBOUND] "all". What a caller decides: all, ids or no (composite.h).
    std::string trust_inbound = {};
    // [CLEW_FLUSH_INTERVAL_MS] 500. How long a finished span waits for company, 1 to 60000.
    std::optional<std::uint64_t> flush_interval_ms = {};
    // [CLEW_CLOSE_TIMEOUT_MS] 1000. For the rest to be sent at the end, 0 to 600000.
    std::optional<std::uint64_t> close_timeout_ms = {};
    // [CLEW_RING_BYTES] 262144. Finished spans of one thread that wait to be taken; 4096 to 2^30,
    // rounded up to a power of two.
    std::optional<std::uint64_t> ring_bytes = {};
    // [CLEW_QUEUE_BYTES_MAX] 8388608. Encoded spans that wait for the collector; 65536 to 2^40.
    std::optional<std::uint64_t> queue_bytes_max = {};
    // [CLEW_GZIP] true, where the build has it. Messages over HTTP from 1 KiB on are compressed.
    std::optional<bool> gzip = {};
    // [CLEW_TLS_CA_FILE] the system's. The authorities that an https collector is checked by: PEM.
    std::string tls_ca_file = {};
    // [CLEW_RING_DIR] absent. A directory in memory (tmpfs) in which finished spans wait, so that
    // the next start of the service sends what a killed process has left.
    std::string ring_dir = {};

    // False: no environment variable is read.
    bool read_environment = true;
};

// Complete and in range.
struct FinalTracingOptions {
    tracer::TracerOptions tracer;
    reporter::ReporterOptions reporter;
    CollectorAddress collector;
    propagation::CompositeOptions propagation;
    bool gzip = true;
    std::string tls_ca_file;
};

// Errors: invalid_argument, one sentence that names the option and what it may be.
Expected<FinalTracingOptions> finalize(const TracingOptions& options);

// What a number may be; the environment is held to the same.
struct NumberRange {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    bool is_either = false;  // nothing between the two

    bool holds(std::uint64_t number) const noexcept {
        return is_either ? number == min || number == max : number >= min && number <= max;
    }
};
inline constexpr NumberRange kLocalPort{1, 65'535};
inline constexpr NumberRange kTraceIdBits{64, 128, true};
inline constexpr NumberRange kFlushIntervalMs{1, 60'000};
inline constexpr NumberRange kCloseTimeoutMs{0, 600'000};
inline constexpr NumberRange kRingBytes{4'096, 1ULL << 30U};
inline constexpr NumberRange kQueueBytesMax{65'536, 1ULL << 40U};

// What a text may be; the environment is held to the same.
inline constexpr std::string_view kFormatsWanted =
    "a list of b3multi, b3, tracecontext and baggage, or none";
inline constexpr std::string_view kTrustWanted = "all, ids or no";
std::optional<propagation::TrustInbound> parse_trust_inbound(std::string_view text) noexcept;

// The machine's, for samplers made from text.
sampler::SamplerGround sampler_ground();

// "CLEW_RING_BYTES is '1', wanted a number from 4096 to 1073741824"
Error wrong_number(std::string_view name, std::string_view text, const NumberRange& range);

}  // namespace clew::tracing
