// SPDX-License-Identifier: Apache-2.0
// Goal: the pieces of a trace come together as in Zipkin's trace merge.
// Method: spans as text in, merged spans as text out.
#include "clew/trace/trace_merge.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/model/testing/sample_spans.h"
#include "clew/model/testing/span_text.h"

namespace clew::trace {

namespace {

using model::testing::spans;
using Lines = std::vector<std::string>;

Lines lines(const model::SpanBatch& batch) {
    Lines result;
    for (const model::Span& span : batch) result.push_back(model::testing::span_text(span));
    return result;
}

Lines merged(std::string_view text) {
    const model::SpanBatch batch = spans(text);
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const MergedTrace trace = merge_trace(all);
    model::SpanBuilder builder;
    for (const MergedSpan& span : trace.spans) append_merged(span, trace.trace_id, builder);
    return lines(builder.finish());
}

Lines normal(std::string_view text) { return lines(spans(text)); }

TEST(TraceMerge, leaves_a_trace_of_whole_spans_alone) {
    EXPECT_EQ(merged(""), Lines{});
    EXPECT_EQ(merged("trace=a id=1 at=5"), normal("trace=a id=1 at=5"));
}

TEST(TraceMerge, sorts_by_id_then_clients_then_shared_last) {
    EXPECT_EQ(
        merged("trace=a id=2 kind=SERVER local=b shared\n"
               "trace=a id=ffffffffffffffff kind=CLIENT\n"
               "trace=a id=2 kind=CLIENT local=a\n"
               "trace=a id=1\n"),
        normal("trace=a id=1\n"
               "trace=a id=2 kind=CLIENT local=a\n"
               "trace=a id=2 kind=SERVER local=b shared\n"
               "trace=a id=ffffffffffffffff kind=CLIENT\n")
    );
}

TEST(TraceMerge, sorts_shared_spans_by_endpoint_with_absent_parts_last) {
    EXPECT_EQ(
        merged("trace=a id=1 shared name=5 local=@10.0.0.3\n"
               "trace=a id=1 shared name=4 local=b\n"
               "trace=a id=1 shared name=3 local=a@10.0.0.9\n"
               "trace=a id=1 shared name=2 local=a@10.0.0.2:2\n"
               "trace=a id=1 shared name=1 local=a@10.0.0.10:1\n"),
        normal("trace=a id=1 shared name=1 local=a@10.0.0.10:1\n"
               "trace=a id=1 shared name=2 local=a@10.0.0.2:2\n"
               "trace=a id=1 shared name=3 local=a@10.0.0.9\n"
               "trace=a id=1 shared name=4 local=b@10.0.0.3\n")
    );
}

TEST(TraceMerge, prefers_the_128_bit_trace_id) {
    EXPECT_EQ(
        merged("trace=000000000000000a id=1\ntrace=100000000000000000000000a id=2"),
        normal("trace=100000000000000000000000a id=1\ntrace=100000000000000000000000a id=2")
    );
}

TEST(TraceMerge, joins_pieces_of_one_span_field_by_field) {
    EXPECT_EQ(
        merged("trace=a id=2 kind=CLIENT at=10 local=a@1.2.3.4 note:20=late tag:k=1 tag:a=x\n"
               "trace=a id=2 kind=CLIENT parent=1 name=get at=11 for=5 local=a@:80 remote=b "
               "note:12=early tag:k=2 debug\n"),
        normal("trace=a id=2 parent=1 kind=CLIENT name=get at=10 for=5 local=a@1.2.3.4:80 remote=b "
               "note:12=early note:20=late tag:a=x tag:k=2 debug")
    );
}

TEST(TraceMerge, keeps_spans_of_conflicting_endpoints_apart) {
    const std::string_view services = "trace=a id=1 local=a\ntrace=a id=1 local=b";
    EXPECT_EQ(merged(services), normal(services));
    const std::string_view ports = "trace=a id=1 local=a@:1\ntrace=a id=1 local=a@:2";
    EXPECT_EQ(merged(ports), normal(ports));
    const std::string_view addresses = "trace=a id=1 local=a@1.1.1.1\ntrace=a id=1 local=a@1.1.1.2";
    EXPECT_EQ(merged(addresses), normal(addresses));
    const std::string_view v6 =
        "trace=a id=1 local=a@[2001:db8::1]\ntrace=a id=1 local=a@[2001:db8::2]";
    EXPECT_EQ(merged(v6), normal(v6));
}

TEST(TraceMerge, tracks_the_endpoint_over_all_pieces) {
    EXPECT_EQ(
        merged("trace=a id=1 name=1\ntrace=a id=1 local=a@1.1.1.1\ntrace=a id=1 local=a@1.1.1.2"),
        normal("trace=a id=1 name=1 local=a@1.1.1.1\ntrace=a id=1 local=a@1.1.1.2")
    );
}

TEST(TraceMerge, keeps_shared_and_unshared_spans_apart) {
    const std::string_view text = "trace=a id=1 local=a\ntrace=a id=1 local=a shared";
    EXPECT_EQ(merged(text), normal(text));
}

TEST(TraceMerge, marks_a_server_half_that_forgot_to_say_shared) {
    EXPECT_EQ(
        merged(
            "trace=a id=2 parent=1 kind=SERVER local=b\ntrace=a id=2 parent=1 kind=CLIENT local=a"
        ),
        normal("trace=a id=2 parent=1 kind=CLIENT local=a\n"
               "trace=a id=2 parent=1 kind=SERVER local=b shared")
    );
}

TEST(TraceMerge, gives_a_shared_server_half_the_parent_of_its_client) {
    EXPECT_EQ(
        merged("trace=a id=2 parent=1 kind=CLIENT local=a\ntrace=a id=2 kind=SERVER local=b shared"
        ),
        normal("trace=a id=2 parent=1 kind=CLIENT local=a\n"
               "trace=a id=2 parent=1 kind=SERVER local=b shared")
    );
}

TEST(TraceMerge, repairs_a_server_half_that_forgot_both) {
    EXPECT_EQ(
        merged("trace=a id=2 kind=SERVER local=b\ntrace=a id=2 parent=1 kind=CLIENT local=a"),
        normal("trace=a id=2 parent=1 kind=CLIENT local=a\n"
               "trace=a id=2 parent=1 kind=SERVER local=b shared")
    );
}

TEST(TraceMerge, finds_a_tag_on_any_piece) {
    const model::SpanBatch batch =
        spans("trace=a id=1 local=a tag:x=1\ntrace=a id=1 local=a tag:error=\"\"");
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const MergedTrace trace = merge_trace(all);
    ASSERT_EQ(trace.spans.size(), 1U);
    EXPECT_TRUE(has_tag(trace.spans[0], "error"));
    EXPECT_TRUE(has_tag(trace.spans[0], "x"));
    EXPECT_FALSE(has_tag(trace.spans[0], "y"));
}

}  // namespace

}  // namespace clew::trace
