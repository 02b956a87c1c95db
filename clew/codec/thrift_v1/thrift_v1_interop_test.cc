// SPDX-License-Identifier: Apache-2.0
// Goal: Apache Thrift's own C++ library reads what we write, and we read what it writes.
// Method: random spans, as generated structs and as ours, both ways, every field compared.
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <zipkin_core_types.h>

#include "clew/codec/thrift_v1/thrift_v1_decoder.h"
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"
#include "clew/model/testing/span_text.h"
#include "clew/model/v1/model_to_v1.h"
#include "clew/model/v1/v1_to_model.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::codec {
namespace {

using apache::thrift::protocol::TBinaryProtocol;
using apache::thrift::transport::TMemoryBuffer;
using model::SpanBatch;
using model::SpanBuilder;
using Random = std::mt19937_64;

std::string write_by_thrift(const zipkin_core::Span& span) {
    const auto buffer = std::make_shared<TMemoryBuffer>();
    TBinaryProtocol protocol(buffer);
    span.write(&protocol);
    return buffer->getBufferAsString();
}

zipkin_core::Span read_by_thrift(const std::string& bytes) {
    const auto buffer = std::make_shared<TMemoryBuffer>();
    buffer->resetBuffer(
        reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data())),
        static_cast<std::uint32_t>(bytes.size())
    );
    TBinaryProtocol protocol(buffer);
    zipkin_core::Span span;
    EXPECT_EQ(span.read(&protocol), bytes.size()) << "nothing is left over";
    return span;
}

std::string word(Random& random) {
    static constexpr std::string_view kWords[] = {
        "get", "http.path", "frontend", "backend", "\xc3\xa4", "a b c", "x", "SELECT 1"};
    return std::string(kWords[random() % std::size(kWords)]);
}

zipkin_core::Endpoint random_endpoint(Random& random) {
    zipkin_core::Endpoint endpoint;
    endpoint.__set_ipv4(static_cast<std::int32_t>(random() % 3 == 0 ? 0 : random()));
    endpoint.__set_port(static_cast<std::int16_t>(random()));
    endpoint.__set_service_name(random() % 2 == 0 ? "frontend" : "backend");
    if (random() % 4 == 0) endpoint.__set_ipv6("\x20\x01" + std::string(13, '\0') + "\x01");
    return endpoint;
}

zipkin_core::Annotation random_annotation(Random& random) {
    static constexpr const char* kCore[] = {"cs", "cr", "sr", "ss", "ms", "mr", "ws", "wr"};
    zipkin_core::Annotation annotation;
    annotation.__set_timestamp(static_cast<std::int64_t>(random() % 1000));
    annotation.__set_value(random() % 3 == 0 ? word(random) : kCore[random() % 8]);
    if (random() % 4 != 0) annotation.__set_host(random_endpoint(random));
    return annotation;
}

zipkin_core::BinaryAnnotation random_binary_annotation(Random& random) {
    static constexpr const char* kAddresses[] = {"sa", "ca", "ma"};
    zipkin_core::BinaryAnnotation annotation;
    const bool address = random() % 4 == 0;
    annotation.__set_key(address ? kAddresses[random() % 3] : word(random));
    annotation.__set_value(address ? "\1" : word(random));
    const auto type = address ? 0 : random() % 7;
    annotation.__set_annotation_type(static_cast<zipkin_core::AnnotationType::type>(type));
    if (random() % 8 != 0) annotation.__set_host(random_endpoint(random));
    return annotation;
}

zipkin_core::Span random_thrift_span(Random& random) {
    const auto time = [&] { return static_cast<std::int64_t>(random() % 1000); };
    zipkin_core::Span span;
    span.__set_trace_id(static_cast<std::int64_t>(random() | 1));
    span.__set_id(static_cast<std::int64_t>(random() | 1));
    span.__set_name(word(random));
    if (random() % 2 == 0) span.__set_parent_id(static_cast<std::int64_t>(random()));
    if (random() % 2 == 0) span.__set_debug(random() % 2 == 0);
    if (random() % 2 == 0) span.__set_timestamp(time());
    if (random() % 2 == 0) span.__set_duration(time());
    if (random() % 4 == 0) span.__set_trace_id_high(static_cast<std::int64_t>(random()));
    for (auto n = random() % 5; n > 0; --n) span.annotations.push_back(random_annotation(random));
    for (auto n = random() % 5; n > 0; --n) {
        span.binary_annotations.push_back(random_binary_annotation(random));
    }
    return span;
}

model::Endpoint endpoint_of(const zipkin_core::Endpoint& from) {
    model::Endpoint endpoint;
    endpoint.service_name = from.service_name;
    endpoint.port = static_cast<std::uint16_t>(from.port);
    if (from.ipv4 != 0) {
        Ipv4Address octets;
        for (std::size_t i = 0; i < 4; ++i) {
            octets[i] = static_cast<std::uint8_t>(from.ipv4 >> (24 - 8 * i));
        }
        endpoint.ipv4 = octets;
    }
    if (!from.ipv6.empty()) {
        Ipv6Address bytes;
        for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(from.ipv6[i]);
        endpoint.ipv6 = bytes;
    }
    return endpoint;
}

template <typename T>
std::string number_text(const std::string& value) {
    if (value.size() != sizeof(T)) return {};
    std::string swapped(value.rbegin(), value.rend());
    T number{};
    std::memcpy(&number, swapped.data(), sizeof(T));
    std::string text;
    if constexpr (std::is_floating_point_v<T>) {
        model::Value::of_float64(number).append_text(text);
        return text;
    }
    return std::to_string(number);
}

// What a number or a boolean is as text; empty for what is left out.
std::string text_of_typed(const zipkin_core::BinaryAnnotation& b) {
    switch (b.annotation_type) {
        case zipkin_core::AnnotationType::BOOL:
            return b.value.size() != 1 ? "" : b.value == std::string(1, '\0') ? "false" : "true";
        case zipkin_core::AnnotationType::I16: return number_text<std::int16_t>(b.value);
        case zipkin_core::AnnotationType::I32: return number_text<std::int32_t>(b.value);
        case zipkin_core::AnnotationType::I64: return number_text<std::int64_t>(b.value);
        case zipkin_core::AnnotationType::DOUBLE: return number_text<double>(b.value);
        default: return {};
    }
}

// The record that a generated struct stands for, filled in without our reader.
model::V1Span record_of(const zipkin_core::Span& from, std::deque<std::string>& texts) {
    model::V1Span record;
    record.trace_id = {
        static_cast<std::uint64_t>(from.trace_id_high), static_cast<std::uint64_t>(from.trace_id)};
    record.id = {static_cast<std::uint64_t>(from.id)};
    record.parent_id = {static_cast<std::uint64_t>(from.parent_id)};
    record.name = from.name;
    record.debug = from.debug;
    record.timestamp = from.timestamp;
    record.duration = from.duration;
    const auto number = [&](const auto& annotation) {
        return annotation.__isset.host ? record.add_endpoint(endpoint_of(annotation.host)) : 0U;
    };
    for (const auto& a : from.annotations) {
        if (a.timestamp != 0) record.annotations.push_back({a.timestamp, a.value, number(a)});
    }
    for (const auto& b : from.binary_annotations) {
        using Type = model::V1BinaryAnnotation::Type;
        if (b.annotation_type == zipkin_core::AnnotationType::STRING) {
            record.binary_annotations.push_back({Type::text, b.key, b.value, number(b)});
        } else if (b.key == "sa" || b.key == "ca" || b.key == "ma") {
            if (b.value == "\1" && b.__isset.host) {
                record.binary_annotations.push_back({Type::address, b.key, {}, number(b)});
            }
        } else if (const std::string text = text_of_typed(b); !text.empty()) {
            texts.push_back(text);
            record.binary_annotations.push_back({Type::text, b.key, texts.back(), number(b)});
        }
    }
    return record;
}

std::string text_of(const SpanBatch& batch) {
    std::string text;
    for (const model::Span span : batch) text += model::testing::span_text(span) + "\n";
    return text;
}

TEST(ThriftV1Interop, reads_what_apache_thrift_writes) {
    Random random(1);
    ThriftV1Decoder decoder;
    model::V1ToModel to_model;
    for (int round = 0; round < 5000; ++round) {
        const zipkin_core::Span span = random_thrift_span(random);
        const std::string bytes = write_by_thrift(span);
        SpanBuilder read;
        ASSERT_TRUE(decoder.decode_span(bytes, read));
        std::deque<std::string> texts;
        model::V1Span record = record_of(span, texts);
        SpanBuilder expected;
        ASSERT_TRUE(to_model.convert(record, expected));
        ASSERT_EQ(text_of(read.finish()), text_of(expected.finish())) << "round " << round;
    }
}

model::Endpoint random_model_endpoint(Random& random) {
    model::Endpoint endpoint;
    endpoint.service_name = random() % 2 == 0 ? "frontend" : "";
    if (random() % 2 == 0) endpoint.ipv4 = Ipv4Address{10, 1, 2, 3};
    if (random() % 2 == 0) endpoint.ipv6 = Ipv6Address{0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
    endpoint.port = static_cast<std::uint16_t>(random());
    return endpoint;
}

SpanBatch random_model_span(Random& random) {
    SpanBuilder builder;
    model::ZipkinSpanBuilder span(builder);
    const auto time = [&] { return static_cast<std::int64_t>(random() % 1000); };
    span.start();
    span.set_trace_id(model::TraceId{random() % 2 == 0 ? 0 : random(), random() | 1});
    span.set_id(model::SpanId{random() | 1});
    span.set_parent_id(model::SpanId{random() % 2 == 0 ? 0 : random()});
    span.set_kind(static_cast<model::Kind>(random() % 5));
    span.set_name(builder.copy(word(random)));
    span.set_timestamp(time());
    span.set_duration(time());
    span.set_debug(random() % 2 == 0);
    span.set_shared(random() % 4 == 0);
    span.set_local_endpoint(random_model_endpoint(random));
    span.set_remote_endpoint(random_model_endpoint(random));
    for (auto n = random() % 4; n > 0; --n) {
        span.add_annotation(1 + time(), builder.copy(word(random)));
    }
    for (auto n = random() % 4; n > 0; --n) {
        span.add_tag(builder.copy(word(random)), builder.copy(word(random)));
    }
    EXPECT_TRUE(span.finish());
    return builder.finish();
}

std::string text_of(const model::Endpoint& e) {
    std::string text(e.service_name);
    if (e.ipv4) append_ip(*e.ipv4, text.append("@"));
    if (e.ipv6) append_ip(*e.ipv6, text.append("@"));
    return text + ":" + std::to_string(e.port);
}

// One line that says all of a record.
std::string text_of(const model::V1Span& record) {
    std::string text = record.trace_id.to_hex() + " " + record.id.to_hex() + " " +
                       record.parent_id.to_hex() + " " + std::string(record.name) + " " +
                       std::to_string(record.timestamp) + " " + std::to_string(record.duration) +
                       (record.debug ? " debug" : "");
    const auto host = [&](std::uint32_t number) {
        return number == 0 ? std::string() : text_of(record.endpoint(number));
    };
    for (const auto& a : record.annotations) {
        text.append(" ")
            .append(std::to_string(a.timestamp))
            .append(a.value)
            .append(host(a.endpoint));
    }
    for (const auto& b : record.binary_annotations) {
        const bool is_text = b.type == model::V1BinaryAnnotation::Type::text;
        text.append(" ")
            .append(b.key)
            .append(is_text ? "=" : "")
            .append(b.value)
            .append(host(b.endpoint));
    }
    return text;
}

TEST(ThriftV1Interop, writes_what_apache_thrift_reads) {
    Random random(2);
    ThriftV1Encoder encoder;
    model::ModelToV1 to_v1;
    for (int round = 0; round < 5000; ++round) {
        const SpanBatch batch = random_model_span(random);
        std::string bytes;
        encoder.append_span(batch[0], bytes);
        const zipkin_core::Span span = read_by_thrift(bytes);
        std::deque<std::string> texts;
        model::V1Span expected;
        to_v1.convert(batch[0], expected);
        ASSERT_EQ(text_of(record_of(span, texts)), text_of(expected)) << "round " << round;
        ASSERT_EQ(write_by_thrift(span), bytes) << "the same bytes, round " << round;
    }
}

}  // namespace
}  // namespace clew::codec
