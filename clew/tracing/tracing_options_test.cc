// SPDX-License-Identifier: Apache-2.0
// Goal: options become what tracer, reporter and sender need, and what is wrong is named.
// Method: one field at a time.
#include "clew/tracing/tracing_options.h"

#include <gtest/gtest.h>

#include "clew/tracer/tracer.h"

namespace clew::tracing {
namespace {

using propagation::Format;
using propagation::FormatList;
using propagation::TrustInbound;
using std::chrono::milliseconds;

TracingOptions options() {
    TracingOptions options;
    options.service_name = "thumbs";
    return options;
}

std::string error_of(const TracingOptions& options) {
    const Expected<FinalTracingOptions> checked = finalize(options);
    return checked ? "" : checked.error().message;
}

TEST(TracingOptions, take_a_sampler_in_one_form) {
    const auto is_sampled = [](const TracingOptions& options) {
        return finalize(options)->tracer.sampler->is_sampled({0, 1}, {"GET", "/health"});
    };
    EXPECT_TRUE(is_sampled({.service_name = "a"}));
    EXPECT_FALSE(is_sampled({.service_name = "a", .sampler = "/health=never; 1"}));
    const auto none = std::make_shared<sampler::NeverSampler>();
    EXPECT_FALSE(is_sampled({.service_name = "a", .custom_sampler = none}));

    const auto error = [](const TracingOptions& options) {
        const auto checked = finalize(options);
        return checked ? "" : checked.error().message;
    };
    EXPECT_EQ(
        error({.service_name = "a", .sample_rate = 1, .sampler = "never"}),
        "sampler replaces sample_rate: give one or the other"
    );
    EXPECT_EQ(
        error({.service_name = "a", .sampler = "2"}),
        "sampler: rate should be between 0 and 1: was 2.0"
    );
}

TEST(TracingOptions, need_nothing_but_a_service_name) {
    const Expected<FinalTracingOptions> checked = finalize(options());
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->tracer.service_name, "thumbs");
    EXPECT_TRUE(checked->tracer.sampler->is_sampled({0, 1}));
    EXPECT_FALSE(checked->tracer.trace_id_128bit);
    EXPECT_TRUE(checked->tracer.supports_join);
    EXPECT_EQ(checked->tracer.limits.ring_bytes_max, 262'144U);
    EXPECT_EQ(checked->reporter.flush_interval, milliseconds(500));
    EXPECT_EQ(checked->reporter.close_timeout, milliseconds(1000));
    EXPECT_EQ(checked->reporter.queue_bytes_max, 8U << 20U);
    EXPECT_EQ(checked->collector.protocol, CollectorAddress::Protocol::http);
    EXPECT_EQ(checked->collector.peer, (transport::HostPort{"127.0.0.1", 9411}));
    EXPECT_EQ(checked->propagation.written, FormatList{Format::b3_multi});
    EXPECT_EQ(
        checked->propagation.read,
        (FormatList{Format::b3_single, Format::b3_multi, Format::trace_context})
    );
    EXPECT_EQ(checked->propagation.trust_inbound, TrustInbound::all);
    EXPECT_TRUE(checked->gzip);
    EXPECT_EQ(error_of({}), "service_name is missing: give the option or set CLEW_SERVICE_NAME");
}

TEST(TracingOptions, reach_the_parts_that_they_are_for) {
    TracingOptions wanted = options();
    wanted.endpoint = "scribe://relay";
    wanted.sample_rate = 0.0;
    wanted.local_ip = "::1";
    wanted.local_port = 80;
    wanted.trace_id_bits = 128;
    wanted.join = false;
    wanted.propagation = "tracecontext, baggage";
    wanted.extract_order = "b3multi";
    wanted.trust_inbound = "no";
    wanted.flush_interval_ms = 1;
    wanted.close_timeout_ms = 0;
    wanted.queue_bytes_max = 65'536;
    wanted.gzip = false;
    const Expected<FinalTracingOptions> checked = finalize(wanted);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->collector.peer, (transport::HostPort{"relay", 9410}));
    EXPECT_FALSE(checked->tracer.sampler->is_sampled({0, 1}));
    EXPECT_TRUE(checked->tracer.ipv6);
    EXPECT_EQ(checked->tracer.port, 80);
    EXPECT_TRUE(checked->tracer.trace_id_128bit);
    EXPECT_FALSE(checked->tracer.supports_join);
    EXPECT_EQ(checked->propagation.written, (FormatList{Format::trace_context, Format::baggage}));
    EXPECT_EQ(checked->propagation.read, FormatList{Format::b3_multi});
    EXPECT_EQ(checked->propagation.trust_inbound, TrustInbound::no);
    EXPECT_EQ(checked->reporter.flush_interval, milliseconds(1));
    EXPECT_EQ(checked->reporter.close_timeout, milliseconds(0));
    EXPECT_EQ(checked->reporter.queue_bytes_max, 65'536U);
    EXPECT_FALSE(checked->gzip);
}

TEST(TracingOptions, round_a_ring_up_and_keep_spans_within_it) {
    TracingOptions wanted = options();
    wanted.ring_bytes = 5'000;
    const Expected<FinalTracingOptions> checked = finalize(wanted);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->tracer.limits.ring_bytes_max, 8'192U);
    EXPECT_LE(checked->tracer.limits.span_bytes_max, 4'096U);
    EXPECT_TRUE(tracer::Tracer::create(checked->tracer));
    wanted.ring_bytes = 4'096;
    EXPECT_TRUE(tracer::Tracer::create(finalize(wanted)->tracer));
}

TEST(TracingOptions, name_what_is_wrong) {
    TracingOptions wanted = options();
    wanted.sample_rate = 1.5;
    EXPECT_EQ(error_of(wanted), "sample_rate is 1.500000, wanted a share from 0 to 1");
    wanted = options();
    wanted.local_ip = "home";
    EXPECT_EQ(error_of(wanted), "local_ip is 'home', wanted an IPv4 or IPv6 address");
    wanted = options();
    wanted.local_port = 65'536;
    EXPECT_EQ(error_of(wanted), "local_port is '65536', wanted a number from 1 to 65535");
    wanted = options();
    wanted.trace_id_bits = 96;
    EXPECT_EQ(error_of(wanted), "trace_id_bits is '96', wanted 64 or 128");
    wanted = options();
    wanted.endpoint = "zipkin";
    EXPECT_EQ(
        error_of(wanted),
        "endpoint: 'zipkin' begins neither with scribe:// nor with http://; write "
        "http://zipkin/api/v2/spans"
    );
    wanted = options();
    wanted.propagation = "w3c";
    EXPECT_EQ(
        error_of(wanted),
        "propagation is 'w3c', wanted a list of b3multi, b3, tracecontext and baggage, or none"
    );
    wanted = options();
    wanted.extract_order = "b3;b3multi";
    EXPECT_EQ(
        error_of(wanted),
        "extract_order is 'b3;b3multi', wanted a list of b3multi, b3, tracecontext and baggage, or "
        "none"
    );
    wanted = options();
    wanted.trust_inbound = "All";
    EXPECT_EQ(error_of(wanted), "trust_inbound is 'All', wanted all, ids or no");
}

TEST(TracingOptions, name_the_limit_that_is_passed) {
    TracingOptions wanted = options();
    wanted.flush_interval_ms = 0;
    EXPECT_EQ(error_of(wanted), "flush_interval_ms is '0', wanted a number from 1 to 60000");
    wanted = options();
    wanted.close_timeout_ms = 600'001;
    EXPECT_EQ(error_of(wanted), "close_timeout_ms is '600001', wanted a number from 0 to 600000");
    wanted = options();
    wanted.ring_bytes = 1;
    EXPECT_EQ(error_of(wanted), "ring_bytes is '1', wanted a number from 4096 to 1073741824");
    wanted = options();
    wanted.queue_bytes_max = 1;
    EXPECT_EQ(
        error_of(wanted), "queue_bytes_max is '1', wanted a number from 65536 to 1099511627776"
    );
}

}  // namespace
}  // namespace clew::tracing
