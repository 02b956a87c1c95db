// SPDX-License-Identifier: Apache-2.0
// Goal: Zipkin's protobuf is read by Zipkin's rules. Method: the golden message, and messages
// written field by field.
#include "clew/codec/proto3/proto3_decoder.h"

#include <random>

#include <gtest/gtest.h>

namespace clew::codec {
namespace {

// The golden list of one span: the eventlet span, as protobuf.
constexpr std::string_view kGoldenHex =
    "0a480a080000000000000abc1a080000000000000abc20022a034745543100401e18240a060038b960420e0a034170"
    "7012047f00000120903f5a0f0a08687474702e75726912032f7631";

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

// A field with a length; shorter than 128 bytes.
std::string field(int number, std::string_view value) {
    std::string out;
    out.push_back(static_cast<char>(number << 3 | 2));
    out.push_back(static_cast<char>(value.size()));
    return out.append(value);
}

std::string number_field(int number, char value) { return {static_cast<char>(number << 3), value}; }

std::string span_with(std::string_view members) {
    const std::string ids = field(1, std::string(8, '\x01')) + field(3, std::string(8, '\x02'));
    return field(1, ids + std::string(members));
}

model::SpanBatch decoded(std::string body, Proto3Limits limits = {}) {
    model::SpanBuilder builder;
    const Expected<void> done = Proto3Decoder(limits).decode(std::move(body), builder);
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return builder.finish();
}

std::string error_of(std::string body, Proto3Limits limits = {}) {
    model::SpanBuilder builder;
    const Expected<void> done = Proto3Decoder(limits).decode(std::move(body), builder);
    EXPECT_EQ(builder.size(), 0U);
    return done ? "" : done.error().message;
}

TEST(Proto3Decoder, reads_golden_vector_v2) {
    const std::string golden = from_hex(kGoldenHex);
    ASSERT_EQ(golden.size(), 74U);
    const model::SpanBatch batch = decoded(golden);
    ASSERT_EQ(batch.size(), 1U);
    const model::Span span = batch[0];
    EXPECT_EQ(span.trace_id(), (model::TraceId{0, 0xabc}));
    EXPECT_EQ(span.id(), model::SpanId{0xabc});
    EXPECT_TRUE(span.parent_id().is_zero());
    EXPECT_EQ(span.kind(), model::Kind::server);
    EXPECT_EQ(span.name(), "get");
    EXPECT_EQ(span.timestamp().us, 1'700'000'000'000'000);
    EXPECT_EQ(span.duration().us, 12'345);
    EXPECT_EQ(span.local_service_name(), "app");
    EXPECT_EQ(span.local_endpoint()->ipv4, (Ipv4Address{127, 0, 0, 1}));
    EXPECT_EQ(span.local_endpoint()->port, 8080);
    ASSERT_EQ(span.tags().size(), 1U);
    EXPECT_EQ(*span.find_tag("http.uri"), model::Value("/v1"));
    EXPECT_FALSE(span.shared());
}

TEST(Proto3Decoder, takes_an_empty_field_for_an_absent_one) {
    const model::SpanBatch bare = decoded(span_with({}));
    const std::string empty_endpoint = field(1, "") + field(2, "") + field(3, "");
    for (const std::string& members :
         {field(2, ""),
          field(5, ""),
          field(8, ""),
          field(9, empty_endpoint),
          field(10, ""),
          field(11, ""),
          field(11, field(1, "") + field(2, "v")),
          field(11, field(2, "v"))}) {
        const model::SpanBatch batch = decoded(span_with(members));
        ASSERT_EQ(batch.size(), 1U);
        EXPECT_TRUE(batch[0] == bare[0]) << static_cast<int>(members.front());
        EXPECT_EQ(batch.left_out(), model::LeftOut{});
    }
    EXPECT_EQ(*decoded(span_with(field(11, field(1, "k"))))[0].find_tag("k"), model::Value(""));
}

TEST(Proto3Decoder, refuses_an_empty_id) {
    const std::string id = field(3, std::string(8, '\2'));
    EXPECT_EQ(
        error_of(field(1, field(1, "") + id)), "traceId == null reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(field(1, field(1, std::string(8, '\1')) + field(3, ""))),
        "id == null reading List<Span> from proto3"
    );
}

// Zipkin stops at one, wherever it stands.
TEST(Proto3Decoder, steps_over_a_span_of_no_bytes_and_counts_it) {
    const std::string span = span_with({});
    for (const std::string& body :
         {span + field(1, "") + span, field(1, "") + span + span, span + span + field(1, "")}) {
        const model::SpanBatch batch = decoded(body);
        EXPECT_EQ(batch.size(), 2U);
        EXPECT_EQ(batch.left_out(), (model::LeftOut{.spans_empty = 1}));
    }
}

TEST(Proto3Decoder, leaves_out_a_span_whose_id_is_fewer_than_eight_zero_bytes) {
    for (std::size_t zeros = 1; zeros < 8; ++zeros) {
        const std::string odd =
            field(1, field(1, std::string(8, '\1')) + field(3, std::string(zeros, '\0')));
        const model::SpanBatch batch = decoded(odd + span_with({}));
        EXPECT_EQ(batch.size(), 1U);
        EXPECT_EQ(batch.left_out(), (model::LeftOut{.spans_zero_id = 1}));
    }
    EXPECT_EQ(
        error_of(field(1, field(1, std::string(8, '\1')) + field(3, std::string(8, '\0')))),
        "id is all zeros reading List<Span> from proto3"
    );
}

TEST(Proto3Decoder, reads_what_the_golden_span_lacks) {
    const std::string annotation = std::string("\x09\x05\0\0\0\0\0\0\0", 9) + field(2, "ws");
    const std::string address(16, '\x11');
    const std::string body = span_with(
        field(2, std::string(8, '\x03')) + field(9, field(1, "Back") + field(3, address)) +
        field(10, annotation) + number_field(12, 1) + number_field(13, 1) + field(15, "unknown")
    );
    const model::SpanBatch batch = decoded(body + body);
    ASSERT_EQ(batch.size(), 2U);
    EXPECT_TRUE(batch[0] == batch[1]);
    EXPECT_EQ(batch[0].parent_id(), model::SpanId{0x0303030303030303});
    EXPECT_EQ(batch[0].remote_service_name(), "back");
    EXPECT_TRUE(batch[0].remote_endpoint()->ipv6.has_value());
    ASSERT_EQ(batch[0].annotations().size(), 1U);
    EXPECT_EQ(batch[0].annotations()[0].value, "ws");
    EXPECT_TRUE(batch[0].debug());
    EXPECT_TRUE(batch[0].shared());
}

TEST(Proto3Decoder, leaves_out_annotations_without_time_or_text_and_unknown_kinds) {
    const std::string no_text = std::string("\x09\x05\0\0\0\0\0\0\0", 9);
    const model::SpanBatch batch =
        decoded(span_with(field(10, field(2, "ws")) + field(10, no_text) + number_field(4, 9)));
    EXPECT_TRUE(batch[0].annotations().empty());
    EXPECT_EQ(batch[0].kind(), model::Kind::none);
}

TEST(Proto3Decoder, refuses_with_zipkins_words) {
    EXPECT_EQ(
        error_of("\x0a\x42xxxxxxxx"),
        "Truncated: length 66 > bytes available 8 reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(field(1, std::string_view("\0", 1))),
        "Malformed: fieldNumber was zero at byte 2 reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(field(1, field(1, std::string(17, 'x')))),
        "hex field greater than 32 chars long: 34 reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(span_with(number_field(13, 2))),
        "Malformed: invalid boolean value at byte 23 reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(field(1, field(15, "x"))), "Missing : traceId id reading List<Span> from proto3"
    );
    EXPECT_EQ(
        error_of(span_with(field(8, std::string("\x20\xff\xff\x7f", 4)))),
        "invalid port 2097151 reading List<Span> from proto3"
    );
}

TEST(Proto3Decoder, replaces_bytes_that_are_no_utf8) {
    EXPECT_EQ(decoded(span_with(field(5, "a\xff")))[0].name(), "a\ufffd");
}

TEST(Proto3Limits, each_lets_its_own_number_pass_and_no_more) {
    const std::string tags = field(11, field(1, "a")) + field(11, field(1, "b"));
    const std::string annotation =
        field(10, std::string("\x09\x05\0\0\0\0\0\0\0", 9) + field(2, "x"));
    EXPECT_EQ(decoded(span_with("") + span_with(""), {.spans_max = 2}).size(), 2U);
    EXPECT_EQ(
        error_of(span_with("") + span_with(""), {.spans_max = 1}),
        "spans_max is 1 reading List<Span> from proto3"
    );
    EXPECT_EQ(decoded(span_with(tags), {.span_tags_max = 2})[0].tags().size(), 2U);
    EXPECT_EQ(
        error_of(span_with(tags), {.span_tags_max = 1}),
        "span_tags_max is 1 reading List<Span> from proto3"
    );
    EXPECT_EQ(decoded(span_with(annotation), {.span_annotations_max = 1}).size(), 1U);
    EXPECT_EQ(
        error_of(span_with(annotation + annotation), {.span_annotations_max = 1}),
        "span_annotations_max is 1 reading List<Span> from proto3"
    );
}

TEST(Proto3Decoder, survives_changed_bytes) {
    const std::string golden = from_hex(kGoldenHex);
    std::mt19937 random(20261125);
    for (int round = 0; round < 20'000; ++round) {
        std::string changed = golden;
        for (auto count = random() % 3 + 1; count > 0; --count) {
            changed[random() % changed.size()] = static_cast<char>(random());
        }
        model::SpanBuilder builder;
        const Expected<void> done = Proto3Decoder().decode(std::move(changed), builder);
        if (!done) {
            EXPECT_EQ(builder.size(), 0U);
        }
    }
}

}  // namespace
}  // namespace clew::codec
