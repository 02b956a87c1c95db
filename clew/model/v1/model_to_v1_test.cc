// SPDX-License-Identifier: Apache-2.0
// Goal: spans become records of the first model as Zipkin's reporters write them, and come back.
// Method: spans written by hand, records compared as one line of text each; random round trips.
#include "clew/model/v1/model_to_v1.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "clew/model/v1/v1_to_model.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::model {
namespace {

std::string describe(const V1Span& record) {
    std::string text = "ts=" + std::to_string(record.timestamp);
    text += " dur=" + std::to_string(record.duration);
    const auto add_endpoint = [&](std::uint32_t number) {
        text += "|";
        text += number == 0 ? "" : record.endpoint(number).service_name;
    };
    for (const V1Annotation& annotation : record.annotations) {
        text.append(" ").append(std::to_string(annotation.timestamp)).append("=");
        text += annotation.value;
        add_endpoint(annotation.endpoint);
    }
    for (const V1BinaryAnnotation& annotation : record.binary_annotations) {
        text.append(" ").append(annotation.key);
        if (annotation.type == V1BinaryAnnotation::Type::text) {
            text.append("=").append(annotation.value);
        }
        add_endpoint(annotation.endpoint);
    }
    return text;
}

// A span of service "app" to which a test adds what it is about.
struct Sample {
    SpanBuilder builder;
    ZipkinSpanBuilder span{builder};

    explicit Sample(Kind kind, std::int64_t timestamp = 0, std::int64_t duration = 0) {
        span.start();
        span.set_trace_id(TraceId{0, 1});
        span.set_id(SpanId{2});
        span.set_kind(kind);
        span.set_timestamp(timestamp);
        span.set_duration(duration);
        Endpoint local;
        local.service_name = "app";
        span.set_local_endpoint(local);
    }
    Sample& with_remote(std::string_view name) {
        Endpoint remote;
        remote.service_name = name;
        span.set_remote_endpoint(remote);
        return *this;
    }
    std::string record() {
        EXPECT_TRUE(span.finish());
        const SpanBatch batch = builder.finish();
        ModelToV1 to_v1;
        V1Span result;
        to_v1.convert(batch[0], result);
        return describe(result);
    }
};

TEST(ModelToV1, writes_a_client) {
    EXPECT_EQ(
        Sample(Kind::client, 10, 5).with_remote("db").record(),
        "ts=10 dur=5 10=cs|app 15=cr|app sa|db"
    );
}

TEST(ModelToV1, writes_a_server) {
    EXPECT_EQ(
        Sample(Kind::server, 10, 5).with_remote("web").record(),
        "ts=10 dur=5 10=sr|app 15=ss|app ca|web"
    );
}

TEST(ModelToV1, writes_a_producer) {
    EXPECT_EQ(
        Sample(Kind::producer, 10, 5).with_remote("kafka").record(),
        "ts=10 dur=5 10=ms|app 15=ws|app ma|kafka"
    );
    EXPECT_EQ(Sample(Kind::producer, 10).record(), "ts=10 dur=0 10=ms|app");
}

TEST(ModelToV1, writes_a_consumer) {
    EXPECT_EQ(
        Sample(Kind::consumer, 10, 5).with_remote("kafka").record(),
        "ts=10 dur=5 10=wr|app 15=mr|app ma|kafka"
    );
    EXPECT_EQ(Sample(Kind::consumer, 10).record(), "ts=10 dur=0 10=mr|app");
}

TEST(ModelToV1, leaves_the_times_of_a_shared_span_to_its_caller) {
    Sample sample(Kind::server, 10, 5);
    sample.span.set_shared(true);
    EXPECT_EQ(sample.record(), "ts=0 dur=0 10=sr|app 15=ss|app");
}

TEST(ModelToV1, writes_a_local_component_when_nothing_else_names_the_service) {
    EXPECT_EQ(Sample(Kind::none, 10, 5).record(), "ts=10 dur=5 lc=|app");
    Sample with_tag(Kind::none, 10, 5);
    with_tag.span.add_tag("k", "v");
    EXPECT_EQ(with_tag.record(), "ts=10 dur=5 k=v|app");
}

TEST(ModelToV1, names_the_remote_of_an_unknown_kind_as_a_server) {
    EXPECT_EQ(Sample(Kind::none, 10).with_remote("db").record(), "ts=10 dur=0 lc=|app sa|db");
}

TEST(ModelToV1, puts_annotations_in_order_of_time_and_binary_annotations_in_order_of_key) {
    Sample sample(Kind::client, 10, 5);
    sample.with_remote("db").span.add_tag("z", "1");
    sample.span.add_tag("a", "2");
    sample.span.add_annotation(12, "middle");
    EXPECT_EQ(
        sample.record(), "ts=10 dur=5 10=cs|app 12=middle|app 15=cr|app a=2|app sa|db z=1|app"
    );
}

TEST(ModelToV1, widens_times_by_core_annotations_and_takes_the_kind_from_them) {
    Sample client(Kind::none, 10, 5);
    client.span.add_annotation(8, "cs");
    client.span.add_annotation(20, "cr");
    EXPECT_EQ(client.record(), "ts=10 dur=5 8=cs|app 20=cr|app");
    Sample server(Kind::none, 10, 5);
    server.span.add_annotation(12, "sr");
    server.span.add_annotation(14, "ss");
    EXPECT_EQ(server.record(), "ts=10 dur=5 10=sr|app 15=ss|app");
}

TEST(ModelToV1, widens_the_times_of_messages) {
    Sample producer(Kind::none);
    producer.span.add_annotation(10, "ms");
    producer.span.add_annotation(12, "ws");
    EXPECT_EQ(producer.record(), "ts=0 dur=0 10=ms|app 12=ws|app");
    Sample consumer(Kind::none);
    consumer.span.add_annotation(10, "wr");
    consumer.span.add_annotation(12, "mr");
    EXPECT_EQ(consumer.record(), "ts=0 dur=0 10=wr|app 12=mr|app");
}

TEST(ModelToV1, writes_values_that_are_no_text_as_text) {
    Sample sample(Kind::none);
    sample.builder.add_tag("bool", Value::of_boolean(true));
    sample.builder.add_tag("number", Value::of_int64(42));
    EXPECT_EQ(sample.record(), "ts=0 dur=0 bool=true|app number=42|app");
}

TEST(ModelToV1, writes_a_span_without_endpoints) {
    SpanBuilder builder;
    builder.start_span().id = {1};
    const SpanBatch batch = builder.finish();
    ModelToV1 to_v1;
    V1Span record;
    to_v1.convert(batch[0], record);
    EXPECT_EQ(describe(record), "ts=0 dur=0");
}

// What a span is allowed to be so that nothing is lost on the way through the first model: a local
// service, a kind with both times, a remote service of another name.
SpanBatch random_span(std::mt19937_64& random) {
    static constexpr std::string_view kWords[] = {"alpha", "beta", "gamma", "delta"};
    SpanBuilder builder;
    ZipkinSpanBuilder span(builder);
    span.start();
    span.set_trace_id(TraceId{random() % 2 == 0 ? 0 : random(), random() | 1});
    span.set_id(SpanId{random() | 1});
    span.set_parent_id(SpanId{random() % 2 == 0 ? 0 : random() | 1});
    span.set_kind(static_cast<Kind>(random() % 5));
    span.set_name(kWords[random() % 4]);
    span.set_timestamp(static_cast<std::int64_t>(1 + random() % 1'000'000));
    span.set_duration(static_cast<std::int64_t>(1 + random() % 1000));
    span.set_debug(random() % 4 == 0);
    Endpoint local;
    local.service_name = "app";
    local.ipv4 = Ipv4Address{10, 0, 0, 1};
    span.set_local_endpoint(local);
    Endpoint remote;
    remote.service_name = kWords[random() % 4];
    remote.port = static_cast<std::uint16_t>(random());
    if (random() % 2 == 0) span.set_remote_endpoint(remote);
    for (auto count = random() % 4; count > 0; --count) {
        span.add_annotation(static_cast<std::int64_t>(1 + random() % 2000), kWords[random() % 4]);
    }
    for (auto count = random() % 4; count > 0; --count) {
        span.add_tag(kWords[random() % 4], kWords[random() % 4]);
    }
    EXPECT_TRUE(span.finish());
    return builder.finish();
}

TEST(ModelToV1, gives_back_every_span_that_the_first_model_can_hold) {
    std::mt19937_64 random(11);
    ModelToV1 to_v1;
    V1ToModel to_model;
    V1Span record;
    for (int round = 0; round < 5000; ++round) {
        const SpanBatch batch = random_span(random);
        to_v1.convert(batch[0], record);
        SpanBuilder builder;
        ASSERT_TRUE(to_model.convert(record, builder));
        const SpanBatch again = builder.finish();
        ASSERT_EQ(again.size(), 1U);
        ASSERT_TRUE(again[0] == batch[0]) << round << ": " << describe(record);
    }
}

}  // namespace
}  // namespace clew::model
