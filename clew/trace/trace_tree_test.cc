// SPDX-License-Identifier: Apache-2.0
// Goal: spans of a trace hang together as in Zipkin's span tree, whatever strangers send.
// Method: spans as text in; the tree out as "name(children)" read from the root.
#include "clew/trace/trace_tree.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/model/span_builder.h"
#include "clew/model/testing/span_text.h"

namespace clew::trace {

namespace {

using model::testing::spans;

std::string shown(const std::vector<TreeNode>& nodes, std::size_t at) {
    const TreeNode& node = nodes[at];
    std::string out = node.span == nullptr ? "*" : std::string(node.span->name);
    if (node.child_count == 0) return out;
    out += "(";
    for (std::uint32_t i = 0; i < node.child_count; ++i) {
        if (i > 0) out += " ";
        EXPECT_EQ(nodes[node.first_child + i].parent, at);
        out += shown(nodes, node.first_child + i);
    }
    return out + ")";
}

std::string tree(std::string_view text) {
    const model::SpanBatch batch = spans(text);
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const MergedTrace trace = merge_trace(all);
    const auto nodes = build_tree(trace);
    return nodes.empty() ? "" : shown(nodes, 0);
}

// A chain of local spans, each the child of the one before, in reverse order of time.
model::SpanBatch chain(std::uint64_t length) {
    model::SpanBuilder builder;
    for (std::uint64_t id = length; id > 0; --id) {
        model::SpanRow& row = builder.start_span();
        row.trace_id = {0, 1};
        row.id = {id};
        row.parent_id = {id - 1};
        row.timestamp = {static_cast<std::int64_t>(length - id + 1), 0};
    }
    return builder.finish();
}

TEST(TraceTree, is_empty_for_no_spans) { EXPECT_EQ(tree(""), ""); }

TEST(TraceTree, hangs_children_under_their_parents) {
    EXPECT_EQ(
        tree("trace=a id=3 parent=2 name=c\n"
             "trace=a id=1 name=a\n"
             "trace=a id=2 parent=1 name=b\n"),
        "a(b(c))"
    );
}

TEST(TraceTree, sorts_siblings_by_timestamp_with_absent_ones_first) {
    EXPECT_EQ(
        tree("trace=a id=1 name=a\n"
             "trace=a id=2 parent=1 name=late at=30\n"
             "trace=a id=3 parent=1 name=early at=20\n"
             "trace=a id=4 parent=1 name=never\n"),
        "a(never early late)"
    );
}

TEST(TraceTree, hangs_a_shared_server_half_under_its_client) {
    EXPECT_EQ(
        tree("trace=a id=1 name=root local=a\n"
             "trace=a id=2 parent=1 name=client kind=CLIENT local=a\n"
             "trace=a id=2 parent=1 name=server kind=SERVER local=b shared\n"),
        "root(client(server))"
    );
}

TEST(TraceTree, hangs_a_span_under_the_server_half_of_its_own_endpoint) {
    EXPECT_EQ(
        tree("trace=a id=2 name=client kind=CLIENT local=a\n"
             "trace=a id=2 name=server1 kind=SERVER local=b@1.1.1.1 shared at=10\n"
             "trace=a id=2 name=server2 kind=SERVER local=b@1.1.1.2 shared at=20\n"
             "trace=a id=3 parent=2 name=work2 local=b@1.1.1.2\n"
             "trace=a id=4 parent=2 name=work1 local=b@1.1.1.1\n"),
        "client(server1(work1) server2(work2))"
    );
}

TEST(TraceTree, hangs_a_span_of_another_endpoint_under_the_client_half) {
    EXPECT_EQ(
        tree("trace=a id=2 name=client kind=CLIENT local=a at=1\n"
             "trace=a id=2 name=server kind=SERVER local=b shared at=2\n"
             "trace=a id=3 parent=2 name=work local=c at=3\n"),
        "client(server work)"
    );
}

TEST(TraceTree, hangs_later_parentless_spans_under_the_first) {
    EXPECT_EQ(tree("trace=a id=2 name=b\ntrace=a id=1 name=a\ntrace=a id=3 name=c"), "a(b c)");
}

TEST(TraceTree, hangs_spans_of_unknown_parents_under_the_root) {
    EXPECT_EQ(
        tree("trace=a id=1 name=a\ntrace=a id=5 parent=4 name=lost\ntrace=a id=6 parent=5 name=x"),
        "a(lost(x))"
    );
}

TEST(TraceTree, makes_a_stand_in_when_there_is_no_root) {
    EXPECT_EQ(
        tree("trace=a id=2 parent=1 name=b at=1\ntrace=a id=3 parent=1 name=c at=2"), "*(b c)"
    );
    EXPECT_EQ(tree("trace=a id=1 name=server kind=SERVER local=a shared"), "*(server)");
}

TEST(TraceTree, leaves_spans_in_a_cycle_out) {
    EXPECT_EQ(tree("trace=a id=1 parent=2 name=a\ntrace=a id=2 parent=1 name=b"), "*");
    EXPECT_EQ(
        tree("trace=a id=9 name=root\n"
             "trace=a id=1 parent=3 name=a\n"
             "trace=a id=2 parent=1 name=b\n"
             "trace=a id=3 parent=2 name=c\n"),
        "root"
    );
}

TEST(TraceTree, survives_a_span_that_is_its_own_parent) {
    // The Zipkin model clears it; spans of other formats may still say so.
    model::SpanBuilder builder;
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 1};
    row.id = {7};
    row.parent_id = {7};
    row.name = "self";
    const model::SpanBatch batch = builder.finish();
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const MergedTrace trace = merge_trace(all);
    EXPECT_EQ(shown(build_tree(trace), 0), "*(self)");
}

TEST(TraceTree, keeps_the_last_of_unshared_spans_that_claim_one_id) {
    EXPECT_EQ(
        tree("trace=a id=1 name=root\n"
             "trace=a id=2 parent=1 name=b1 local=x\n"
             "trace=a id=2 parent=1 name=b2 local=y\n"
             "trace=a id=3 parent=2 name=c\n"),
        "root(b2(c))"
    );
}

TEST(TraceTree, gives_an_id_that_the_root_carries_too_to_the_root) {
    EXPECT_EQ(tree("trace=a id=1 name=root local=x\ntrace=a id=1 name=other local=y"), "root");
}

TEST(TraceTree, does_not_recurse_into_depth) {
    constexpr std::uint64_t kSpans = 100'000;
    const model::SpanBatch batch = chain(kSpans);
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const MergedTrace trace = merge_trace(all);
    const auto nodes = build_tree(trace);
    ASSERT_EQ(nodes.size(), kSpans);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        ASSERT_EQ(nodes[i].parent, i - 1);
        ASSERT_EQ(nodes[i].span->id.value, i + 1);
    }
}

TEST(TraceTree, stays_fast_when_a_hundred_thousand_servers_share_one_id) {
    constexpr std::uint64_t kServers = 100'000;
    model::SpanBuilder builder;
    for (std::uint64_t i = 0; i < kServers; ++i) {
        model::SpanRow& server = builder.start_span();
        server.trace_id = {0, 1};
        server.id = {1};
        server.shared = true;
        builder.set_local_endpoint(
            {builder.copy(std::to_string(i % 1000)),
             {},
             {},
             static_cast<std::uint16_t>(i / 1000 + 1)}
        );
        model::SpanRow& work = builder.start_span();
        work.trace_id = {0, 1};
        work.id = {i + 2};
        work.parent_id = {1};
        builder.set_local_endpoint(
            {builder.copy(std::to_string(i % 1000)),
             {},
             {},
             static_cast<std::uint16_t>(i / 1000 + 1)}
        );
    }
    const model::SpanBatch batch = builder.finish();
    const std::vector<model::Span> all(batch.begin(), batch.end());
    const auto begin = std::chrono::steady_clock::now();
    const MergedTrace trace = merge_trace(all);
    const auto nodes = build_tree(trace);
    const auto taken = std::chrono::steady_clock::now() - begin;
    // The stand-in, every server under it, and under each server its own work.
    ASSERT_EQ(nodes.size(), 2 * kServers + 1);
    EXPECT_EQ(nodes[0].child_count, kServers);
    for (std::size_t i = 1; i <= kServers; ++i) ASSERT_EQ(nodes[i].child_count, 1U);
    // A quadratic walk takes minutes; this takes a second under sanitizers.
    EXPECT_LT(taken, std::chrono::seconds(30));
}

}  // namespace

}  // namespace clew::trace
