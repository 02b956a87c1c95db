// SPDX-License-Identifier: Apache-2.0
// Goal: every variable reaches its option, an option that is set wins, and nonsense is named.
// Method: environments that are maps.
#include "clew/tracing/environment.h"

#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

namespace clew::tracing {
namespace {

using Variables = std::map<std::string, std::string>;

Environment of(const Variables& variables) {
    return [variables](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

std::string error_of(const std::string& name, const std::string& value) {
    const Expected<TracingOptions> options = with_environment({}, of({{name, value}}));
    return options ? "" : options.error().message;
}

TEST(Environment, chooses_the_most_exact_sampler_that_the_call_left_open) {
    Variables all{
        {"CLEW_SAMPLER", "per_second(10)"},
        {"CLEW_SAMPLE_RATE", "0.25"},
        {"OTEL_TRACES_SAMPLER", "always_off"}};
    EXPECT_EQ(with_environment({}, of(all))->sampler, "per_second(10)");
    EXPECT_EQ(with_environment({}, of(all))->sample_rate, std::nullopt);
    EXPECT_EQ(with_environment({.sample_rate = 0.5}, of(all))->sampler, "");
    EXPECT_EQ(with_environment({.sampler = "never"}, of(all))->sampler, "never");
    all.erase("CLEW_SAMPLER");
    EXPECT_EQ(with_environment({}, of(all))->sample_rate, 0.25);
    EXPECT_EQ(with_environment({}, of(all))->sampler, "");
    all.erase("CLEW_SAMPLE_RATE");
    EXPECT_EQ(with_environment({}, of(all))->sampler, "never");
}

TEST(Environment, reads_opentelemetrys_samplers) {
    const auto sampler = [](const std::string& name, const std::string& argument) {
        return with_environment(
                   {}, of({{"OTEL_TRACES_SAMPLER", name}, {"OTEL_TRACES_SAMPLER_ARG", argument}})
        )->sampler;
    };
    EXPECT_EQ(sampler("always_on", ""), "always");
    EXPECT_EQ(sampler("parentbased_always_off", ""), "never");
    EXPECT_EQ(sampler("traceidratio", "0.1"), "rate(0.1)");
    EXPECT_EQ(sampler("parentbased_traceidratio", ""), "always");
    EXPECT_EQ(sampler("traceidratio", "many"), "");  // as there, what cannot be read is left out
    EXPECT_EQ(sampler("xray", ""), "");
}

TEST(Environment, fills_every_option) {
    const Expected<TracingOptions> options = with_environment(
        {},
        of({{"CLEW_SERVICE_NAME", "thumbs"},
            {"CLEW_ENDPOINT", "scribe://relay:9410"},
            {"CLEW_SAMPLE_RATE", "0.25"},
            {"CLEW_LOCAL_IP", "10.0.0.1"},
            {"CLEW_LOCAL_PORT", "8080"},
            {"CLEW_TRACE_ID_BITS", "128"},
            {"CLEW_JOIN", "0"},
            {"CLEW_GZIP", "false"},
            {"CLEW_TLS_CA_FILE", "/ca.pem"},
            {"CLEW_RING_DIR", "/dev/shm"},
            {"CLEW_PROPAGATION", "b3"},
            {"CLEW_EXTRACT_ORDER", "tracecontext,b3"},
            {"CLEW_TRUST_INBOUND", "ids"},
            {"CLEW_FLUSH_INTERVAL_MS", "250"},
            {"CLEW_CLOSE_TIMEOUT_MS", "0"},
            {"CLEW_RING_BYTES", "65536"},
            {"CLEW_QUEUE_BYTES_MAX", "1000000"}})
    );
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(options->service_name, "thumbs");
    EXPECT_EQ(options->endpoint, "scribe://relay:9410");
    EXPECT_EQ(options->sample_rate, 0.25);
    EXPECT_EQ(options->local_ip, "10.0.0.1");
    EXPECT_EQ(options->local_port, 8080U);
    EXPECT_EQ(options->trace_id_bits, 128U);
    EXPECT_EQ(options->join, false);
    EXPECT_EQ(options->gzip, false);
    EXPECT_EQ(options->tls_ca_file, "/ca.pem");
    EXPECT_EQ(options->ring_dir, "/dev/shm");
    EXPECT_EQ(options->propagation, "b3");
    EXPECT_EQ(options->extract_order, "tracecontext,b3");
    EXPECT_EQ(options->trust_inbound, "ids");
    EXPECT_EQ(options->flush_interval_ms, 250U);
    EXPECT_EQ(options->close_timeout_ms, 0U);
    EXPECT_EQ(options->ring_bytes, 65536U);
    EXPECT_EQ(options->queue_bytes_max, 1000000U);
}

TEST(Environment, yields_to_what_the_program_has_set) {
    TracingOptions set;
    set.service_name = "mine";
    set.sample_rate = 1.0;
    set.local_port = 1;
    set.join = true;
    set.gzip = true;
    set.endpoint = "http://a";
    const Expected<TracingOptions> options = with_environment(
        set,
        of({{"CLEW_SERVICE_NAME", "theirs"},
            {"CLEW_SAMPLE_RATE", "not even a number"},
            {"CLEW_LOCAL_PORT", "x"},
            {"CLEW_JOIN", "x"},
            {"CLEW_GZIP", "x"},
            {"CLEW_ENDPOINT", "x"}})
    );
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(options->service_name, "mine");
    EXPECT_EQ(options->endpoint, "http://a");
}

TEST(Environment, knows_opentelemetrys_name_for_the_service) {
    EXPECT_EQ(with_environment({}, of({{"OTEL_SERVICE_NAME", "o"}}))->service_name, "o");
    const Variables both{{"OTEL_SERVICE_NAME", "o"}, {"CLEW_SERVICE_NAME", "c"}};
    EXPECT_EQ(with_environment({}, of(both))->service_name, "c");
}

TEST(Environment, takes_what_is_known_of_opentelemetrys_propagators) {
    const auto propagation = [](const Variables& variables) {
        return with_environment({}, of(variables))->propagation;
    };
    EXPECT_EQ(
        propagation({{"OTEL_PROPAGATORS", "tracecontext,baggage,jaeger"}}), "tracecontext,baggage"
    );
    EXPECT_EQ(propagation({{"OTEL_PROPAGATORS", "none"}}), "none");
    EXPECT_EQ(propagation({{"OTEL_PROPAGATORS", "jaeger,xray"}}), "");
    EXPECT_EQ(
        propagation({{"OTEL_PROPAGATORS", "b3"}, {"CLEW_PROPAGATION", "b3multi"}}), "b3multi"
    );
    TracingOptions set;
    set.propagation = "b3multi";
    EXPECT_EQ(with_environment(set, of({{"OTEL_PROPAGATORS", "b3"}}))->propagation, "b3multi");
}

TEST(Environment, takes_an_empty_variable_for_unset) {
    const Expected<TracingOptions> options =
        with_environment({}, of({{"CLEW_SAMPLE_RATE", ""}, {"CLEW_LOCAL_PORT", ""}}));
    ASSERT_TRUE(options);
    EXPECT_FALSE(options->sample_rate);
    EXPECT_FALSE(options->local_port);
}

TEST(Environment, names_the_variable_that_is_wrong) {
    EXPECT_EQ(
        error_of("CLEW_SAMPLE_RATE", "1.5"), "CLEW_SAMPLE_RATE is '1.5', wanted a share from 0 to 1"
    );
    EXPECT_EQ(
        error_of("CLEW_SAMPLE_RATE", "nan"), "CLEW_SAMPLE_RATE is 'nan', wanted a share from 0 to 1"
    );
    EXPECT_EQ(
        error_of("CLEW_LOCAL_PORT", "70000"),
        "CLEW_LOCAL_PORT is '70000', wanted a number from 1 to 65535"
    );
    EXPECT_EQ(
        error_of("CLEW_TRACE_ID_BITS", "100"), "CLEW_TRACE_ID_BITS is '100', wanted 64 or 128"
    );
    EXPECT_EQ(
        error_of("CLEW_RING_BYTES", "4k"),
        "CLEW_RING_BYTES is '4k', wanted a number from 4096 to 1073741824"
    );
    EXPECT_EQ(error_of("CLEW_GZIP", "on"), "CLEW_GZIP is 'on', wanted 1, 0, true or false");
    EXPECT_EQ(error_of("CLEW_JOIN", "yes"), "CLEW_JOIN is 'yes', wanted 1, 0, true or false");
    EXPECT_EQ(
        error_of("CLEW_LOCAL_IP", "home"), "CLEW_LOCAL_IP is 'home', wanted an IPv4 or IPv6 address"
    );
    EXPECT_EQ(
        error_of("CLEW_ENDPOINT", "zipkin"),
        "CLEW_ENDPOINT: 'zipkin' begins neither with scribe:// nor with http://; write "
        "http://zipkin/api/v2/spans"
    );
    EXPECT_EQ(
        error_of("CLEW_PROPAGATION", "w3c"),
        "CLEW_PROPAGATION is 'w3c', wanted a list of b3multi, b3, tracecontext and baggage, or none"
    );
    EXPECT_EQ(
        error_of("CLEW_EXTRACT_ORDER", "b3,,b3"),
        "CLEW_EXTRACT_ORDER is 'b3,,b3', wanted a list of b3multi, b3, tracecontext and baggage, "
        "or "
        "none"
    );
    EXPECT_EQ(
        error_of("CLEW_TRUST_INBOUND", "yes"), "CLEW_TRUST_INBOUND is 'yes', wanted all, ids or no"
    );
}

TEST(Environment, is_the_processs_own_when_asked_for) {
    setenv("CLEW_TEST_OF_ENVIRONMENT", "here", 1);
    EXPECT_EQ(own_environment()("CLEW_TEST_OF_ENVIRONMENT"), "here");
    unsetenv("CLEW_TEST_OF_ENVIRONMENT");
    EXPECT_EQ(own_environment()("CLEW_TEST_OF_ENVIRONMENT"), std::nullopt);
}

}  // namespace
}  // namespace clew::tracing
