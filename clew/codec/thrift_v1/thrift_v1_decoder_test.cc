// SPDX-License-Identifier: Apache-2.0
// Goal: thrift spans are read as Zipkin reads them, and no bytes do harm.
// Method: the recorded span of an eventlet client, hand-made structs, seeded random mutation.
#include "clew/codec/thrift_v1/thrift_v1_decoder.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/base/text.h"
#include "clew/model/testing/span_text.h"
#include "clew/wire/base64.h"
#include "clew/wire/thrift_writer.h"

namespace clew::codec {
namespace {

using model::SpanBatch;
using model::SpanBuilder;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;
using wire::ThriftType;
using wire::ThriftWriter;

// What eventlet's zipkin client sends for GET /v1 of service App.
constexpr std::string_view kEventletSpan =
    "CgABAAAAAAAACrwLAAMAAAADR0VUCgAEAAAAAAAACrwPAAYMAAAAAgoAAQAGCiQYHkAACwACAAAAAnNyDAADCAABfwAA"
    "AQYAAh+QCwADAAAAA0FwcAAACgABAAYKJBgecDkLAAIAAAACc3MMAAMIAAF/AAABBgACH5ALAAMAAAADQXBwAAAPAAgMAA"
    "AAAQsAAQAAAAhodHRwLnVyaQsAAgAAAAMvdjEIAAMAAAAGDAAECAABfwAAAQYAAh+QCwADAAAAA0FwcAAAAA==";

std::string eventlet_span() {
    std::string bytes(wire::base64_decoded_bytes_max(kEventletSpan.size()), '\0');
    bytes.resize(*wire::decode_base64_mime(kEventletSpan, bytes.data()));
    return bytes;
}

// A list body of structs that were written one by one.
std::string list_of(const std::vector<std::string>& structs) {
    std::string body;
    ThriftWriter writer(body);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(structs.size()));
    for (const std::string& bytes : structs) body += bytes;
    return body;
}

// A struct with ids and whatever fields are given.
std::string span_with(std::string_view fields) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.int64_field(1, 1);
    writer.int64_field(4, 2);
    bytes.append(fields);
    writer.stop();
    return bytes;
}

std::string list_field(std::int16_t id, const std::vector<std::string>& structs) {
    std::string field;
    ThriftWriter(field).field(ThriftType::list, id);
    return field + list_of(structs);
}

SpanBatch decode(std::string body) {
    SpanBuilder builder;
    ThriftV1Decoder decoder;
    const auto decoded = decoder.decode(std::move(body), builder);
    EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
    return builder.finish();
}

std::string decode_error(std::string body) {
    SpanBuilder builder;
    builder.start_span().id = {9};
    ThriftV1Decoder decoder;
    const auto decoded = decoder.decode(std::move(body), builder);
    EXPECT_FALSE(decoded);
    EXPECT_EQ(builder.size(), 1U) << "an error leaves the builder as it was";
    return decoded ? "" : decoded.error().message;
}

std::string decode_text(std::string body) {
    std::string text;
    for (const model::Span span : decode(std::move(body))) {
        text += model::testing::span_text(span) + "\n";
    }
    return text;
}

std::string host(std::string_view service) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.text_field(3, service);
    writer.stop();
    return bytes;
}

std::string annotation(std::int64_t us, std::string_view value, std::string_view host_bytes) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.int64_field(1, us);
    writer.text_field(2, value);
    writer.field(ThriftType::structure, 3);
    bytes.append(host_bytes);
    writer.stop();
    return bytes;
}

std::string binary_annotation(std::string_view key, std::string_view value, std::int32_t type) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.text_field(1, key);
    writer.text_field(2, value);
    writer.int32_field(3, type);
    writer.field(ThriftType::structure, 4);
    bytes += host("a");
    writer.stop();
    return bytes;
}

// The endpoint that a span gets from one annotation with this host.
model::Endpoint endpoint_of(std::string_view host_bytes) {
    static SpanBatch batch;  // owns the text
    batch = decode(list_of({span_with(list_field(6, {annotation(1, "x", host_bytes)}))}));
    const model::Endpoint* endpoint = batch[0].local_endpoint();
    return endpoint == nullptr ? model::Endpoint{} : *endpoint;
}

TEST(ThriftV1Decoder, reads_the_golden_eventlet_span) {
    const std::string bytes = eventlet_span();
    ASSERT_EQ(bytes.size(), 202U);
    EXPECT_EQ(
        decode_text(list_of({bytes})),
        "trace=0000000000000abc id=0000000000000abc kind=SERVER name=get at=1700000000000000 "
        "for=12345 local=app@127.0.0.1:8080 tag:http.uri=/v1 shared\n"
    );
}

TEST(ThriftV1Decoder, reads_one_struct_and_nothing_behind_it) {
    const std::string bytes = eventlet_span() + "trailing";
    SpanBuilder builder;
    ThriftV1Decoder decoder;
    ASSERT_TRUE(decoder.decode_span(bytes, builder));
    EXPECT_EQ(builder.size(), 1U);
}

TEST(ThriftV1Decoder, reads_every_field_of_a_span) {
    std::string fields;
    ThriftWriter writer(fields);
    writer.text_field(3, "Name");
    writer.int64_field(5, 3);
    writer.bool_field(9, true);
    writer.int64_field(10, 1000);
    writer.int64_field(11, 50);
    writer.int64_field(12, 7);
    EXPECT_EQ(
        decode_text(list_of({span_with(fields)})),
        "trace=00000000000000070000000000000001 id=0000000000000002 parent=0000000000000003 "
        "name=name at=1000 for=50 debug\n"
    );
}

TEST(ThriftV1Decoder, takes_debug_only_from_one) {
    EXPECT_FALSE(decode(list_of({span_with("\x02\0\x09\2"sv)}))[0].debug());
}

TEST(ThriftV1Decoder, keeps_both_halves_of_a_shared_span) {
    const std::string a = host("a");
    const std::string b = host("b");
    const std::string call = list_field(
        6,
        {annotation(10, "cs", a),
         annotation(20, "sr", b),
         annotation(30, "ss", b),
         annotation(40, "cr", a)}
    );
    EXPECT_EQ(
        decode_text(list_of({span_with(call)})),
        "trace=0000000000000001 id=0000000000000002 kind=CLIENT at=10 for=30 local=a\n"
        "trace=0000000000000001 id=0000000000000002 kind=SERVER at=20 for=10 local=b shared\n"
    );
}

TEST(ThriftV1Decoder, drops_annotations_without_time_or_value) {
    const std::string without_time = "\x0b\0\2\0\0\0\1x\0"s;
    const std::string without_value = "\x0a\0\1\0\0\0\0\0\0\0\1\0"s;
    const std::string time_is_zero = annotation(0, "x", host("a"));
    const std::string fields = list_field(6, {without_time, without_value, time_is_zero});
    const SpanBatch batch = decode(list_of({span_with(fields)}));
    EXPECT_TRUE(batch[0].annotations().empty());
    EXPECT_EQ(batch[0].local_endpoint(), nullptr);
}

// The tags of a span with one binary annotation, and how many were left out.
std::string tags_of(std::string_view value, std::int32_t type) {
    const SpanBatch batch =
        decode(list_of({span_with(list_field(8, {binary_annotation("k", value, type)}))}));
    const std::size_t left_out = batch.left_out().tags;
    if (left_out != 0) return std::to_string(left_out) + " left out";
    return std::string(batch[0].find_tag("k")->text());
}

TEST(ThriftV1Decoder, makes_text_of_numbers_and_booleans) {
    EXPECT_EQ(tags_of("\1", 0), "true");
    EXPECT_EQ(tags_of("\0"sv, 0), "false");
    EXPECT_EQ(tags_of("\0\7"sv, 2), "7");
    EXPECT_EQ(tags_of("\xff\xff", 2), "-1");
    EXPECT_EQ(tags_of("\0\1\x11\x70"sv, 3), "70000");
    EXPECT_EQ(tags_of("\x80\0\0\0"sv, 3), "-2147483648");
    EXPECT_EQ(tags_of("\0\0\0\0\0\0\0\xc8"sv, 4), "200");
    EXPECT_EQ(tags_of("\xff\xff\xff\xff\xff\xff\xff\xff", 4), "-1");
    EXPECT_EQ(tags_of("\x3f\xf8\0\0\0\0\0\0"sv, 5), "1.5");
}

TEST(ThriftV1Decoder, counts_bytes_and_numbers_of_a_wrong_size) {
    for (const std::int32_t type : {-1, 1, 7, 1000})
        EXPECT_EQ(tags_of("x", type), "1 left out") << type;
    for (const std::int32_t type : {0, 2, 3, 4, 5}) {
        EXPECT_EQ(tags_of("", type), "1 left out") << type;
        EXPECT_EQ(tags_of("123456789", type), "1 left out") << type;
    }
}

TEST(ThriftV1Decoder, takes_an_address_from_a_true_boolean_only) {
    const std::string fields = list_field(
        8,
        {binary_annotation("text", "kept", 6),
         binary_annotation("sa", "\1", 0),
         binary_annotation("ca", "\0"sv, 0),
         binary_annotation("ma", "\1\1", 0),
         binary_annotation("ca", "\0\0\0\1"sv, 3)}
    );
    const std::string list = list_of({span_with(fields)});
    EXPECT_EQ(
        decode_text(list),
        "trace=0000000000000001 id=0000000000000002 local=a remote=a tag:text=kept\n"
    );
    EXPECT_EQ(decode(list).left_out().tags, 3U);
}

TEST(ThriftV1Decoder, counts_nothing_of_a_span_that_does_not_decode) {
    std::string bytes = span_with(list_field(8, {binary_annotation("k", "x", 1)}));
    bytes.pop_back();
    SpanBuilder builder;
    ThriftV1Decoder decoder;
    EXPECT_FALSE(decoder.decode_span(bytes, builder));
    EXPECT_EQ(builder.left_out().tags, 0U);
}

TEST(ThriftV1Decoder, drops_binary_annotations_without_key_or_value) {
    const std::string fields = list_field(
        8, {"\x0b\0\1\0\0\0\1k\x08\0\3\0\0\0\6\0"s, "\x0b\0\2\0\0\0\1v\x08\0\3\0\0\0\6\0"s}
    );
    EXPECT_TRUE(decode(list_of({span_with(fields)}))[0].tags().empty());
}

TEST(ThriftV1Decoder, reads_ports_as_unsigned_and_zero_as_absent) {
    EXPECT_EQ(endpoint_of("\x06\0\2\xff\xfe\0"sv).port, 65534);
    EXPECT_TRUE(endpoint_of("\x06\0\2\0\0\x08\0\1\0\0\0\0\x0b\0\3\0\0\0\0\0"sv).is_empty());
}

TEST(ThriftV1Decoder, reads_addresses_of_both_families) {
    EXPECT_EQ(endpoint_of("\x08\0\1\x7f\0\0\1\0"sv).ipv4, (Ipv4Address{127, 0, 0, 1}));
    const auto v6 = endpoint_of("\x0b\0\4\0\0\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0"sv);
    ASSERT_TRUE(v6.ipv6);
    EXPECT_EQ((*v6.ipv6)[0], 0x20);
    const auto embedded = endpoint_of("\x0b\0\4\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\1\2\3\4\0"sv);
    EXPECT_EQ(embedded.ipv4, (Ipv4Address{1, 2, 3, 4}));
    EXPECT_EQ(endpoint_of("\x0b\0\4\0\0\0\4\1\2\3\4\0"sv).ipv4, (Ipv4Address{1, 2, 3, 4}));
    EXPECT_TRUE(endpoint_of("\x0b\0\4\0\0\0\3\1\2\3\0"sv).is_empty());
}

TEST(ThriftV1Decoder, skips_fields_that_it_does_not_know) {
    const std::string fields =
        "\x0b\0\1\0\0\0\1x"  // trace_id as a text
        "\x0a\0\2\0\0\0\0\0\0\0\1"
        "\x0d\0\x63\x0b\x08\0\0\0\1\0\0\0\1k\0\0\0\1"
        "\x0b\0\3\0\0\0\3GET"s;
    EXPECT_EQ(decode(list_of({span_with(fields)}))[0].name(), "get");
}

TEST(ThriftV1Decoder, skips_lists_whose_elements_are_no_structs) {
    const std::string fields = "\x0f\0\6\x08\0\0\0\2\0\0\0\1\0\0\0\2\x0b\0\3\0\0\0\3GET"s;
    EXPECT_EQ(decode(list_of({span_with(fields)}))[0].name(), "get");
}

TEST(ThriftV1Decoder, replaces_bytes_that_are_no_utf8) {
    EXPECT_EQ(decode(list_of({span_with("\x0b\0\3\0\0\0\3g\xfft"sv)}))[0].name(), "g\xef\xbf\xbdt");
    const std::string tag = list_field(8, {binary_annotation("k", "\xc3(", 6)});
    EXPECT_EQ(decode(list_of({span_with(tag)}))[0].tags()[0].value.text(), "\xef\xbf\xbd(");
}

TEST(ThriftV1Decoder, takes_a_list_whatever_its_element_type_says) {
    std::string body = list_of({eventlet_span(), eventlet_span()});
    body[0] = '\x0b';
    EXPECT_EQ(decode(body).size(), 2U);
}

TEST(ThriftV1Decoder, finds_no_spans_in_an_empty_body_or_list) {
    EXPECT_TRUE(decode("").empty());
    EXPECT_TRUE(decode(list_of({})).empty());
}

TEST(ThriftV1Decoder, refuses_ids_of_zero) {
    EXPECT_EQ(
        decode_error(list_of({eventlet_span(), "\x0a\0\4\0\0\0\0\0\0\0\1\0"s})),
        "traceId == 0 reading List<Span> from TBinary"
    );
    EXPECT_EQ(
        decode_error(list_of({"\x0a\0\1\0\0\0\0\0\0\0\1\0"s})),
        "id == 0 reading List<Span> from TBinary"
    );
}

TEST(ThriftV1Decoder, refuses_a_body_that_is_cut_anywhere) {
    const std::string body = list_of({eventlet_span()});
    for (std::size_t size = 1; size < body.size(); ++size) {
        ASSERT_NE(decode_error(body.substr(0, size)), "") << size;
    }
    EXPECT_EQ(
        decode_error(body.substr(0, 12)),
        "Truncated: length 8 > bytes available 4 reading List<Span> from TBinary"
    );
}

TEST(ThriftV1Decoder, refuses_a_negative_count) {
    EXPECT_EQ(decode_error("\x0c\xff\xff\xff\xff"s), "Malformed reading List<Span> from TBinary");
}

TEST(ThriftV1Decoder, names_the_limit_of_nesting) {
    std::string fields = "\x0c\0\x63"s;
    for (int depth = 0; depth < 100; ++depth) fields += "\x0c\0\1"sv;
    EXPECT_EQ(
        decode_error(list_of({span_with(fields + std::string(101, '\0'))})),
        "thrift_skip_depth_max of 64 exceeded reading List<Span> from TBinary"
    );
}

TEST(ThriftV1Decoder, survives_random_mutations) {
    std::mt19937_64 random(31);
    const std::string sample = list_of(
        {eventlet_span(),
         span_with(list_field(6, {annotation(1, "cs", host("a")), annotation(2, "sr", host("b"))}))}
    );
    ThriftV1Decoder decoder;
    int decoded = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string body = sample;
        for (auto changes = 1 + random() % 4; changes > 0; --changes) {
            body[random() % body.size()] = static_cast<char>(random());
        }
        SpanBuilder builder;
        const std::size_t size = body.size();
        decoded += decoder.decode(std::move(body), builder) ? 1 : 0;
        ASSERT_LE(builder.size(), size) << "no more spans than bytes";
        for (const model::Span span : builder.finish()) {
            ASSERT_FALSE(span.id().is_zero());
            ASSERT_TRUE(is_valid_utf8(span.name()));
        }
    }
    EXPECT_GT(decoded, 0);
    EXPECT_LT(decoded, 20000);
}

TEST(ThriftV1Decoder, asks_for_no_memory_per_span) {
    const std::string span = eventlet_span();
    const auto allocations = [&](std::size_t count) {
        ThriftV1Decoder decoder;
        std::string body = list_of(std::vector<std::string>(count, span));
        SpanBuilder builder;
        const std::size_t before = clew::testing::allocation_count();
        EXPECT_TRUE(decoder.decode(std::move(body), builder));
        return clew::testing::allocation_count() - before;
    };
    EXPECT_LE(allocations(10'000), allocations(100) + 16);
}

}  // namespace
}  // namespace clew::codec
