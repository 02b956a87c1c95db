// SPDX-License-Identifier: Apache-2.0
// Goal: tests can trust the text form they are written in.
// Method: lines in, spans compared field by field, and back.
#include "clew/model/testing/span_text.h"

#include <gtest/gtest.h>

#include "clew/model/testing/sample_spans.h"

namespace clew::model::testing {

namespace {

std::string mistake_in(std::string_view text) {
    const auto batch = parse_spans(text);
    return batch ? "none" : batch.error().message;
}

TEST(SpanText, reads_every_word) {
    const SpanBatch batch = spans(
        "trace=1000000000000000a id=2 parent=1 kind=CLIENT name=GET at=1000 for=50 "
        "local=frontend@10.0.0.1:80 remote=db@[2001:db8::1]:3306 note:1010=\"cache \\\"miss\\\"\" "
        "tag:http.path=/a=b debug\n"
    );
    ASSERT_EQ(batch.size(), 1U);
    const Span span = batch[0];
    EXPECT_EQ(span.trace_id(), (TraceId{0x1, 0xa}));
    EXPECT_EQ(span.id(), SpanId{2});
    EXPECT_EQ(span.parent_id(), SpanId{1});
    EXPECT_EQ(span.kind(), Kind::client);
    EXPECT_EQ(span.name(), "get");
    EXPECT_EQ(span.timestamp(), (Time{1000, 0}));
    EXPECT_EQ(span.duration(), (Time{50, 0}));
    EXPECT_EQ(span.local_service_name(), "frontend");
    EXPECT_EQ(span.local_endpoint()->port, 80);
    EXPECT_EQ(span.local_endpoint()->ipv4, (Ipv4Address{10, 0, 0, 1}));
    EXPECT_EQ(span.remote_service_name(), "db");
    EXPECT_TRUE(span.remote_endpoint()->ipv6.has_value());
    EXPECT_EQ(span.remote_endpoint()->port, 3306);
    ASSERT_EQ(span.annotations().size(), 1U);
    EXPECT_EQ(span.annotations()[0].time, (Time{1010, 0}));
    EXPECT_EQ(span.annotations()[0].value, "cache \"miss\"");
    ASSERT_EQ(span.tags().size(), 1U);
    EXPECT_EQ(span.tags()[0].key, "http.path");
    EXPECT_EQ(span.tags()[0].value.text(), "/a=b");
    EXPECT_TRUE(span.debug());
    EXPECT_FALSE(span.shared());
}

TEST(SpanText, reads_back_what_it_writes) {
    const SpanBatch batch = spans(
        "trace=a id=1\n"
        "# a remark\n"
        "\n"
        "  trace=a id=2 local=@:80 tag:\"a key\"=\"\" tag:k=\"a=b\\n\\\\\" name=\"two words\" "
        "shared\n"
        "trace=a id=3 local=both@1.2.3.4@[::1]:8080 remote=@[2001:db8::2]\n"
    );
    ASSERT_EQ(batch.size(), 3U);
    for (const Span& span : batch) {
        const SpanBatch again = spans(span_text(span));
        ASSERT_EQ(again.size(), 1U);
        EXPECT_EQ(again[0], span) << span_text(span);
    }
    EXPECT_EQ(batch[2].local_endpoint()->port, 8080);
    EXPECT_TRUE(batch[2].local_endpoint()->ipv4 && batch[2].local_endpoint()->ipv6);
}

TEST(SpanText, names_the_line_of_a_mistake) {
    EXPECT_EQ(mistake_in("trace=a id=1\ntrace=a"), "line 2: Missing : id");
    EXPECT_EQ(mistake_in("id=1 colour=red"), "line 1: \"colour\" or its value means nothing");
    EXPECT_EQ(mistake_in("at=soon"), "line 1: \"at\" or its value means nothing");
    EXPECT_EQ(mistake_in("kind=server"), "line 1: \"kind\" or its value means nothing");
    EXPECT_EQ(mistake_in("local=a@nowhere"), "line 1: \"local\" or its value means nothing");
    EXPECT_EQ(mistake_in("name=\"open"), "line 1: a quote is not closed");
    EXPECT_EQ(mistake_in("trace=XY id=1"), "line 1: XY should be lower-hex encoded with no prefix");
}

TEST(SampleSpans, are_the_trace_they_are_said_to_be) {
    const SpanBatch batch = sample_trace({1, 2}, 7'000'000);
    ASSERT_EQ(batch.size(), 4U);
    for (const Span& span : batch) EXPECT_EQ(span.trace_id(), (TraceId{1, 2}));
    EXPECT_EQ(batch[0].timestamp().us, 7'000'000);
    EXPECT_EQ(batch[1].id(), batch[2].id());
    EXPECT_TRUE(batch[2].shared());
    EXPECT_NE(batch[3].find_tag("error"), nullptr);
    const SpanBatch part = slice(batch, 1, 3);
    ASSERT_EQ(part.size(), 2U);
    EXPECT_EQ(part[0], batch[1]);
    const SpanBatch* both[] = {&part, &batch};
    EXPECT_EQ(joined(both).size(), 6U);
}

}  // namespace

}  // namespace clew::model::testing
