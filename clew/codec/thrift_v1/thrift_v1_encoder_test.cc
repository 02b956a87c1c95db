// SPDX-License-Identifier: Apache-2.0
// Goal: spans are written byte for byte as Zipkin's reporters write them, and read back the same.
// Method: the recorded span of an eventlet client; spans written as text, there and back.
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "clew/codec/thrift_v1/thrift_v1_decoder.h"
#include "clew/model/testing/sample_spans.h"
#include "clew/model/testing/span_text.h"
#include "clew/wire/base64.h"

namespace clew::codec {
namespace {

using model::SpanBatch;
using model::testing::span_text;
using model::testing::spans;
using std::string_literals::operator""s;

std::string encode(std::string_view text) {
    const SpanBatch batch = spans(text);
    ThriftV1Encoder encoder;
    std::string bytes;
    encoder.append_span(batch[0], bytes);
    return bytes;
}

// The golden span of an eventlet client, its names in lower case as the model keeps them.
TEST(ThriftV1Encoder, writes_the_golden_eventlet_span) {
    std::string text;
    wire::append_base64(
        encode("trace=abc id=abc kind=SERVER name=get at=1700000000000000 for=12345 "
               "local=app@127.0.0.1:8080 tag:http.uri=/v1 shared"),
        text
    );
    EXPECT_EQ(
        text,
        "CgABAAAAAAAACrwLAAMAAAADZ2V0CgAEAAAAAAAACrwPAAYMAAAAAgoAAQAGCiQYHkAACwACAAAAAnNyDAADCAABfw"
        "AAAQYAAh+QCwADAAAAA2FwcAAACgABAAYKJBgecDkLAAIAAAACc3MMAAMIAAF/AAABBgACH5ALAAMAAAADYXBwAAAP"
        "AAgMAAAAAQsAAQAAAAhodHRwLnVyaQsAAgAAAAMvdjEIAAMAAAAGDAAECAABfwAAAQYAAh+"
        "QCwADAAAAA2FwcAAAAA="
        "="
    );
}

TEST(ThriftV1Encoder, writes_fields_in_zipkins_order_and_both_lists_always) {
    const std::string bytes = encode("trace=70000000000000001 id=2 parent=3 at=16 for=1 debug");
    EXPECT_EQ(
        bytes,
        "\x0a\0\1\0\0\0\0\0\0\0\1"
        "\x0b\0\3\0\0\0\0"
        "\x0a\0\4\0\0\0\0\0\0\0\2"
        "\x0a\0\5\0\0\0\0\0\0\0\3"
        "\x0f\0\6\x0c\0\0\0\0"
        "\x0f\0\x08\x0c\0\0\0\0"
        "\x02\0\x09\1"
        "\x0a\0\x0a\0\0\0\0\0\0\0\x10"
        "\x0a\0\x0b\0\0\0\0\0\0\0\1"
        "\x0a\0\x0c\0\0\0\0\0\0\0\7"
        "\0"s
    );
}

TEST(ThriftV1Encoder, writes_an_address_as_the_boolean_true) {
    const std::string bytes =
        encode("trace=1 id=2 kind=CLIENT at=1 for=1 remote=@[2001:db8::1]:80");
    const std::string address =
        "\x0f\0\x08\x0c\0\0\0\1"
        "\x0b\0\1\0\0\0\2sa"
        "\x0b\0\2\0\0\0\1\1"
        "\x08\0\3\0\0\0\0"
        "\x0c\0\4"
        "\x08\0\1\0\0\0\0\x06\0\2\0\x50\x0b\0\3\0\0\0\0"
        "\x0b\0\4\0\0\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\0"s;
    EXPECT_NE(bytes.find(address), std::string::npos);
}

TEST(ThriftV1Encoder, comes_back_as_it_was) {
    const SpanBatch batch = spans(
        "trace=1 id=2 kind=CLIENT name=get at=10 for=5 local=a@10.0.0.1:80 remote=b@[2001:db8::1] "
        "note:12=half tag:k=v tag:z=\"\"\n"
        "trace=1 id=2 kind=SERVER name=get at=11 for=3 local=b remote=a@10.0.0.1:5000 shared\n"
        "trace=1 id=3 parent=2 kind=PRODUCER at=11 for=1 local=b remote=kafka\n"
        "trace=1 id=4 parent=3 kind=CONSUMER at=13 for=2 local=c remote=kafka\n"
        "trace=1 id=5 parent=2 at=12 for=1 local=b debug\n"
    );
    ThriftV1Encoder encoder;
    std::string body;
    encoder.append_list(batch, body);
    ThriftV1Decoder decoder;
    model::SpanBuilder builder;
    ASSERT_TRUE(decoder.decode(std::move(body), builder));
    const SpanBatch again = builder.finish();
    ASSERT_EQ(again.size(), batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        EXPECT_EQ(span_text(again[i]), span_text(batch[i]));
        EXPECT_TRUE(again[i] == batch[i]);
    }
}

TEST(ThriftV1Encoder, writes_an_empty_list) {
    std::string body;
    ThriftV1Encoder().append_list(SpanBatch{}, body);
    EXPECT_EQ(body, "\x0c\0\0\0\0"s);
}

}  // namespace
}  // namespace clew::codec
