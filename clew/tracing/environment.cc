// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/environment.h"

#include <charconv>
#include <cstdlib>
#include <utility>

#include "clew/base/ip_address.h"

namespace clew::tracing {
namespace {

// Reads variable after variable; keeps the first thing that is wrong.
class Reader {
public:
    explicit Reader(const Environment& environment) : environment_(environment) {}

    void text(const char* name, std::string& into) {
        if (into.empty()) into = value(name);
    }

    void number(const char* name, const NumberRange& range, std::optional<std::uint64_t>& into) {
        if (into) return;
        const std::string text = value(name);
        if (text.empty()) return;
        std::uint64_t read = 0;
        if (parse(text, read) && range.holds(read)) {
            into = read;
        } else {
            fail(wrong_number(name, text, range));
        }
    }

    void share(const char* name, std::optional<double>& into) {
        if (into) return;
        const std::string text = value(name);
        if (text.empty()) return;
        double read = -1;
        if (parse(text, read) && read >= 0 && read <= 1) {
            into = read;
        } else {
            fail(wrong(name, text, "a share from 0 to 1"));
        }
    }

    void yes_or_no(const char* name, std::optional<bool>& into) {
        if (into) return;
        const std::string text = value(name);
        if (text.empty()) return;
        const bool yes = text == "1" || text == "true";
        if (yes || text == "0" || text == "false") {
            into = yes;
        } else {
            fail(wrong(name, text, "1, 0, true or false"));
        }
    }

    // For a text whose form finalize() would complain about without naming the variable.
    void checked_text(
        const char* name,
        std::string& into,
        bool (*is_right)(const std::string&),
        const char* wanted
    ) {
        if (!into.empty()) return;
        const std::string text = value(name);
        if (!text.empty() && !is_right(text)) fail(wrong(name, text, wanted));
        into = text;
    }

    // In the words that finalize() has for an address, with the variable's name.
    void endpoint(const char* name, std::string& into) {
        if (!into.empty()) return;
        into = value(name);
        if (into.empty()) return;
        Expected<CollectorAddress> address = parse_collector_address(into);
        if (!address) fail(std::move(address).error().with_context(name));
    }

    Expected<void> finish() {
        if (failed_) return std::move(error_);
        return {};
    }

private:
    std::string value(const char* name) const { return environment_(name).value_or(""); }

    template <typename Number>
    static bool parse(const std::string& text, Number& number) {
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        return error == std::errc{} && stop == end;
    }

    static Error wrong(const char* name, const std::string& text, const char* wanted) {
        return {Code::invalid_argument, std::string(name) + " is '" + text + "', wanted " + wanted};
    }

    void fail(Error error) {
        if (!failed_) error_ = std::move(error);
        failed_ = true;
    }

    const Environment& environment_;
    Error error_;
    bool failed_ = false;
};

bool is_ip(const std::string& text) {
    const IpAddress ip = parse_ip(text);
    return ip.v4 || ip.v6;
}

bool are_formats(const std::string& text) { return propagation::parse_formats(text).has_value(); }

bool is_trust(const std::string& text) { return parse_trust_inbound(text).has_value(); }

// OpenTelemetry's list names formats that are not spoken here; what is left may be nothing.
std::string known_formats(const std::string& text) {
    using propagation::Format;
    const auto formats = propagation::parse_formats(text, propagation::UnknownNames::skip);
    if (!formats) return "";
    std::string names;
    for (const Format format : *formats) {
        if (!names.empty()) names += ',';
        names += propagation::format_name(format);
    }
    return names.empty() ? "none" : names;
}

bool is_sampler(const std::string& text) {
    return sampler::parse_sampler(text, sampler_ground()).has_value();
}

// OpenTelemetry's name for a sampler, in our words; empty for those that are not spoken here.
// Ours all follow a caller's decision, as its parentbased ones do.
std::string known_sampler(std::string name, const std::string& argument) {
    constexpr std::string_view kParentBased = "parentbased_";
    if (name.starts_with(kParentBased)) name.erase(0, kParentBased.size());
    if (name == "always_on") return "always";
    if (name == "always_off") return "never";
    if (name == "traceidratio") return argument.empty() ? "always" : "rate(" + argument + ")";
    return "";
}

// What a call has said about sampling, in whatever form, leaves nothing to the environment; and
// among variables the more exact one counts.
void read_sampler(Reader& reader, const Environment& environment, TracingOptions& options) {
    if (options.sample_rate || options.custom_sampler) return;
    reader.checked_text(
        "CLEW_SAMPLER", options.sampler, is_sampler, "a sampler, like 0.1 or per_second(100)"
    );
    if (!options.sampler.empty()) return;
    reader.share("CLEW_SAMPLE_RATE", options.sample_rate);
    if (options.sample_rate) return;
    std::string text = known_sampler(
        environment("OTEL_TRACES_SAMPLER").value_or(""),
        environment("OTEL_TRACES_SAMPLER_ARG").value_or("")
    );
    if (is_sampler(text)) options.sampler = std::move(text);
}

}  // namespace

Environment own_environment() {
    return [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        if (value == nullptr) return std::nullopt;
        return value;
    };
}

Expected<TracingOptions> with_environment(TracingOptions options, const Environment& environment) {
    Reader reader(environment);
    reader.text("CLEW_SERVICE_NAME", options.service_name);
    reader.text("OTEL_SERVICE_NAME", options.service_name);
    reader.endpoint("CLEW_ENDPOINT", options.endpoint);
    read_sampler(reader, environment, options);
    reader.checked_text("CLEW_LOCAL_IP", options.local_ip, is_ip, "an IPv4 or IPv6 address");
    reader.number("CLEW_LOCAL_PORT", kLocalPort, options.local_port);
    reader.number("CLEW_TRACE_ID_BITS", kTraceIdBits, options.trace_id_bits);
    reader.yes_or_no("CLEW_JOIN", options.join);
    reader.checked_text(
        "CLEW_PROPAGATION", options.propagation, are_formats, kFormatsWanted.data()
    );
    if (options.propagation.empty()) {
        reader.text("OTEL_PROPAGATORS", options.propagation);
        options.propagation = known_formats(options.propagation);
    }
    reader.checked_text(
        "CLEW_EXTRACT_ORDER", options.extract_order, are_formats, kFormatsWanted.data()
    );
    reader.checked_text("CLEW_TRUST_INBOUND", options.trust_inbound, is_trust, kTrustWanted.data());
    reader.number("CLEW_FLUSH_INTERVAL_MS", kFlushIntervalMs, options.flush_interval_ms);
    reader.number("CLEW_CLOSE_TIMEOUT_MS", kCloseTimeoutMs, options.close_timeout_ms);
    reader.number("CLEW_RING_BYTES", kRingBytes, options.ring_bytes);
    reader.number("CLEW_QUEUE_BYTES_MAX", kQueueBytesMax, options.queue_bytes_max);
    reader.yes_or_no("CLEW_GZIP", options.gzip);
    reader.text("CLEW_TLS_CA_FILE", options.tls_ca_file);
    reader.text("CLEW_RING_DIR", options.ring_dir);
    if (Expected<void> done = reader.finish(); !done) return std::move(done).error();
    return options;
}

}  // namespace clew::tracing
