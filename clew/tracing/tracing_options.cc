// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/tracing_options.h"

#include <bit>
#include <utility>

#include "clew/base/clock.h"
#include "clew/base/ip_address.h"
#include "clew/sampler/boundary_sampler.h"
#include "clew/sampler/sampler_text.h"
#include "clew/transport/tls/tls_stream.h"
#include "clew/wire/gzip_writer.h"

namespace clew::tracing {
namespace {

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:9411/api/v2/spans";

Error wrong(std::string sentence) { return {Code::invalid_argument, std::move(sentence)}; }

Error wrong_text(std::string_view name, std::string_view text, std::string_view wanted) {
    std::string sentence(name);
    return wrong(sentence.append(" is '").append(text).append("', wanted ").append(wanted));
}

// Collects the first thing that is wrong.
class Finalizer {
public:
    explicit Finalizer(const TracingOptions& options) : options_(options) {}

    Expected<FinalTracingOptions> finish() {
        read_identity();
        read_sampler();
        read_ids();
        read_collector();
        read_propagation();
        read_gzip();
        read_tls();
        read_limits();
        if (failed_) return std::move(error_);
        return std::move(final_);
    }

private:
    void fail(Error error) {
        if (!failed_) error_ = std::move(error);
        failed_ = true;
    }

    std::uint64_t number(
        std::string_view name,
        const std::optional<std::uint64_t>& value,
        const NumberRange& range,
        std::uint64_t otherwise
    ) {
        if (!value) return otherwise;
        if (range.holds(*value)) return *value;
        fail(wrong_number(name, std::to_string(*value), range));
        return otherwise;
    }

    void read_identity() {
        if (options_.service_name.empty()) {
            fail(wrong("service_name is missing: give the option or set CLEW_SERVICE_NAME"));
        }
        final_.tracer.service_name = options_.service_name;
        const IpAddress ip = parse_ip(options_.local_ip);
        if (!options_.local_ip.empty() && !ip.v4 && !ip.v6) {
            fail(wrong("local_ip is '" + options_.local_ip + "', wanted an IPv4 or IPv6 address"));
        }
        final_.tracer.ipv4 = ip.v4;
        final_.tracer.ipv6 = ip.v6;
        final_.tracer.port =
            static_cast<std::uint16_t>(number("local_port", options_.local_port, kLocalPort, 0));
    }

    void read_sampler() {
        const int given = (options_.sample_rate ? 1 : 0) + (options_.sampler.empty() ? 0 : 1) +
                          (options_.custom_sampler ? 1 : 0);
        if (given > 1) {
            fail(wrong("sampler replaces sample_rate: give one or the other"));
        } else if (options_.custom_sampler) {
            final_.tracer.sampler = options_.custom_sampler;
        } else if (!options_.sampler.empty()) {
            auto sampler = sampler::parse_sampler(options_.sampler, sampler_ground());
            if (!sampler) return fail(std::move(sampler).error().with_context("sampler"));
            final_.tracer.sampler = *std::move(sampler);
        } else {
            read_sample_rate();
        }
    }

    void read_sample_rate() {
        const double rate = options_.sample_rate.value_or(1.0);
        Expected<sampler::BoundarySampler> sampler = sampler::BoundarySampler::create(rate);
        if (sampler) {
            final_.tracer.sampler = std::make_shared<sampler::BoundarySampler>(*std::move(sampler));
        } else {
            std::string sentence("sample_rate is ");
            sentence.append(std::to_string(rate)).append(", wanted a share from 0 to 1");
            fail(wrong(std::move(sentence)));
        }
    }

    void read_ids() {
        const std::uint64_t bits =
            number("trace_id_bits", options_.trace_id_bits, kTraceIdBits, 64);
        final_.tracer.trace_id_128bit = bits == 128;
        final_.tracer.supports_join = options_.join.value_or(true);
    }

    void read_collector() {
        const std::string_view text =
            options_.endpoint.empty() ? kDefaultEndpoint : std::string_view(options_.endpoint);
        Expected<CollectorAddress> address = parse_collector_address(text);
        if (address) {
            final_.collector = *std::move(address);
        } else {
            fail(std::move(address).error().with_context("endpoint"));
        }
    }

    void read_formats(const char* name, const std::string& text, propagation::FormatList& formats) {
        if (text.empty()) return;
        const std::optional<propagation::FormatList> read = propagation::parse_formats(text);
        if (read) {
            formats = *read;
        } else {
            fail(wrong_text(name, text, kFormatsWanted));
        }
    }

    void read_propagation() {
        propagation::CompositeOptions& propagation = final_.propagation;
        read_formats("propagation", options_.propagation, propagation.written);
        read_formats("extract_order", options_.extract_order, propagation.read);
        const std::string& text = options_.trust_inbound;
        if (text.empty()) return;
        const std::optional<propagation::TrustInbound> trust = parse_trust_inbound(text);
        if (trust) {
            propagation.trust_inbound = *trust;
        } else {
            fail(wrong_text("trust_inbound", text, kTrustWanted));
        }
    }

    void read_gzip() {
        final_.gzip = options_.gzip.value_or(wire::GzipWriter::is_built());
        if (final_.gzip && !wire::GzipWriter::is_built()) {
            fail(wrong("gzip is not in this build: leave the option out, or say no"));
        }
    }

    void read_tls() {
        final_.tls_ca_file = options_.tls_ca_file;
        if (!final_.collector.is_tls) return;
        Expected<void> checked = transport::check(transport::TlsOptions{options_.tls_ca_file});
        if (!checked) fail(std::move(checked).error().with_context("endpoint"));
    }

    void read_limits() {
        using std::chrono::milliseconds;
        reporter::ReporterOptions& reporter = final_.reporter;
        reporter.flush_interval = milliseconds(number(
            "flush_interval_ms",
            options_.flush_interval_ms,
            kFlushIntervalMs,
            static_cast<std::uint64_t>(reporter.flush_interval.count())
        ));
        reporter.close_timeout = milliseconds(number(
            "close_timeout_ms",
            options_.close_timeout_ms,
            kCloseTimeoutMs,
            static_cast<std::uint64_t>(reporter.close_timeout.count())
        ));
        reporter.queue_bytes_max = number(
            "queue_bytes_max", options_.queue_bytes_max, kQueueBytesMax, reporter.queue_bytes_max
        );
        tracer::TracerLimits& limits = final_.tracer.limits;
        final_.tracer.ring_dir = options_.ring_dir;
        const std::uint64_t ring =
            number("ring_bytes", options_.ring_bytes, kRingBytes, limits.ring_bytes_max);
        limits.ring_bytes_max = std::bit_ceil(ring);
        // A record takes at most half a ring, and a text no more than a record.
        limits.span_bytes_max = std::min(limits.span_bytes_max, limits.ring_bytes_max / 2);
        limits.tag_value_bytes_max = std::min(limits.tag_value_bytes_max, limits.span_bytes_max);
        limits.annotation_bytes_max = std::min(limits.annotation_bytes_max, limits.span_bytes_max);
    }

    const TracingOptions& options_;
    FinalTracingOptions final_;
    Error error_;
    bool failed_ = false;
};

}  // namespace

sampler::SamplerGround sampler_ground() {
    const Clock& clock = system_clock();
    return {&clock, static_cast<std::uint64_t>(clock.wall_now().count())};
}

std::optional<propagation::TrustInbound> parse_trust_inbound(std::string_view text) noexcept {
    if (text == "all") return propagation::TrustInbound::all;
    if (text == "ids") return propagation::TrustInbound::ids;
    if (text == "no") return propagation::TrustInbound::no;
    return std::nullopt;
}

Error wrong_number(std::string_view name, std::string_view text, const NumberRange& range) {
    const std::string ends[] = {std::to_string(range.min), std::to_string(range.max)};
    return wrong_text(
        name,
        text,
        range.is_either ? ends[0] + " or " + ends[1] : "a number from " + ends[0] + " to " + ends[1]
    );
}

Expected<FinalTracingOptions> finalize(const TracingOptions& options) {
    return Finalizer(options).finish();
}

}  // namespace clew::tracing
