// SPDX-License-Identifier: Apache-2.0
// Goal: every rule by which Zipkin derives links, one test each.
// Method: one trace as text in, links as "parent>child calls/errors" out, in order.
#include "clew/trace/dependency_linker.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/model/testing/sample_spans.h"
#include "clew/model/testing/span_text.h"

namespace clew::trace {

namespace {

using Links = std::vector<std::string>;

Links shown(DependencyLinker& linker) {
    Links links;
    for (const model::DependencyLink& link : linker.take_links()) {
        links.push_back(
            link.parent + ">" + link.child + " " + std::to_string(link.call_count) + "/" +
            std::to_string(link.error_count)
        );
    }
    return links;
}

void add(DependencyLinker& linker, const model::SpanBatch& batch) {
    const std::vector<model::Span> all(batch.begin(), batch.end());
    linker.add_trace(all);
}

Links links(std::string_view text) {
    DependencyLinker linker;
    add(linker, model::testing::spans(text));
    return shown(linker);
}

TEST(DependencyLinker, links_golden_vector_v6) {
    const std::string server = "trace=a id=1 kind=SERVER local=f\n";
    const std::string client = "trace=a id=2 parent=1 kind=CLIENT local=f remote=b\n";
    const std::string shared = "trace=a id=2 parent=1 kind=SERVER local=b shared\n";
    const std::string last = "trace=a id=3 parent=2 kind=CLIENT local=b remote=d tag:error=\"\"\n";
    const Links expected{"f>b 1/0", "b>d 1/1"};
    EXPECT_EQ(links(server + client + shared + last), expected);
    EXPECT_EQ(links(client + shared + last), expected) << "headless";
    EXPECT_EQ(links(server + client + last), expected) << "without the server half";
}

TEST(DependencyLinker, knows_nothing_from_no_spans) { EXPECT_EQ(links(""), Links{}); }

TEST(DependencyLinker, counts_a_call_at_its_server_half) {
    EXPECT_EQ(
        links("trace=a id=2 parent=1 kind=CLIENT local=a remote=wrong\n"
              "trace=a id=2 parent=1 kind=SERVER local=b shared\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, skips_a_client_that_has_any_child) {
    EXPECT_EQ(
        links("trace=a id=1 kind=CLIENT local=a remote=b\ntrace=a id=2 parent=1 local=a"), Links{}
    );
}

TEST(DependencyLinker, counts_a_call_at_its_client_when_nobody_answers) {
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT local=a remote=b"), Links{"a>b 1/0"});
}

TEST(DependencyLinker, takes_a_span_without_kind_as_client_when_both_names_are_known) {
    EXPECT_EQ(links("trace=a id=1 local=a remote=b"), Links{"a>b 1/0"});
}

TEST(DependencyLinker, skips_a_span_without_kind_when_a_name_is_missing) {
    EXPECT_EQ(links("trace=a id=1 local=a"), Links{});
    EXPECT_EQ(links("trace=a id=1 remote=b"), Links{});
}

TEST(DependencyLinker, reads_a_server_from_remote_to_local) {
    EXPECT_EQ(links("trace=a id=1 kind=SERVER local=b remote=a"), Links{"a>b 1/0"});
}

TEST(DependencyLinker, skips_a_root_server_of_an_unknown_client) {
    EXPECT_EQ(links("trace=a id=1 kind=SERVER local=b"), Links{});
}

TEST(DependencyLinker, needs_both_names_to_count) {
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT local=a"), Links{});
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT remote=b"), Links{});
    EXPECT_EQ(links("trace=a id=1 kind=SERVER remote=a"), Links{});
    EXPECT_EQ(links("trace=a id=1 kind=SERVER local=b shared"), Links{});
}

TEST(DependencyLinker, counts_an_error_tag_of_any_value) {
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT local=a remote=b tag:error=\"\""), Links{"a>b 1/1"});
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT local=a remote=b tag:error=false"), Links{"a>b 1/1"});
}

TEST(DependencyLinker, does_not_count_an_annotation_named_error) {
    EXPECT_EQ(links("trace=a id=1 kind=CLIENT local=a remote=b note:5=error"), Links{"a>b 1/0"});
}

TEST(DependencyLinker, links_messages_through_their_broker) {
    EXPECT_EQ(
        links("trace=a id=1 kind=PRODUCER local=producer remote=kafka\n"
              "trace=a id=2 parent=1 kind=CONSUMER local=consumer remote=kafka tag:error=x\n"),
        (Links{"producer>kafka 1/0", "kafka>consumer 1/1"})
    );
}

TEST(DependencyLinker, never_looks_at_ancestors_for_a_message) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 kind=PRODUCER remote=kafka\n"
              "trace=a id=3 parent=2 kind=CONSUMER local=consumer\n"),
        Links{}
    );
}

TEST(DependencyLinker, counts_a_message_producer_that_has_children) {
    EXPECT_EQ(
        links("trace=a id=1 kind=PRODUCER local=producer remote=kafka\n"
              "trace=a id=2 parent=1 kind=SERVER local=x\n"),
        (Links{"producer>kafka 1/0", "producer>x 1/0"})
    );
}

TEST(DependencyLinker, looks_through_local_spans_to_the_nearest_remote_ancestor) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 local=a\n"
              "trace=a id=3 parent=2 name=deeper\n"
              "trace=a id=4 parent=3 kind=SERVER local=b\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, prefers_the_ancestor_to_what_a_server_calls_its_client) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 kind=SERVER local=b remote=somebody\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, takes_the_remote_name_when_the_nearest_ancestor_has_no_name) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 kind=CLIENT\n"
              "trace=a id=3 parent=2 kind=SERVER local=b remote=c\n"),
        Links{"c>b 1/0"}
    );
}

TEST(DependencyLinker, fills_in_the_name_of_a_nameless_client_from_its_ancestor) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 kind=CLIENT remote=b\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, adds_the_link_to_a_client_of_another_name_and_never_as_error) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a\n"
              "trace=a id=2 parent=1 kind=CLIENT local=b remote=c tag:error=\"\"\n"),
        (Links{"a>b 1/0", "b>c 1/1"})
    );
}

TEST(DependencyLinker, inherits_the_error_of_a_client_whose_id_is_the_parent) {
    EXPECT_EQ(
        links("trace=a id=1 kind=CLIENT local=a tag:error=\"\"\n"
              "trace=a id=2 parent=1 kind=SERVER local=b\n"),
        Links{"a>b 1/1"}
    );
}

TEST(DependencyLinker, does_not_inherit_an_error_when_client_and_server_share_the_id) {
    EXPECT_EQ(
        links("trace=a id=2 parent=1 kind=CLIENT local=a tag:error=\"\"\n"
              "trace=a id=2 parent=1 kind=SERVER local=b shared\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, does_not_inherit_an_error_from_a_server_or_across_a_local_span) {
    EXPECT_EQ(
        links("trace=a id=1 kind=SERVER local=a tag:error=\"\"\n"
              "trace=a id=2 parent=1 kind=SERVER local=b\n"),
        Links{"a>b 1/0"}
    );
    EXPECT_EQ(
        links("trace=a id=1 kind=CLIENT local=a tag:error=\"\"\n"
              "trace=a id=2 parent=1 local=a\n"
              "trace=a id=3 parent=2 kind=SERVER local=b\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, counts_a_service_that_calls_itself) {
    EXPECT_EQ(
        links("trace=a id=2 parent=1 kind=CLIENT local=a remote=a\n"
              "trace=a id=2 parent=1 kind=SERVER local=a shared\n"),
        Links{"a>a 1/0"}
    );
}

TEST(DependencyLinker, keeps_the_order_in_which_links_were_first_seen_and_sums) {
    DependencyLinker linker;
    add(linker, model::testing::spans("trace=a id=1 kind=CLIENT local=x remote=y"));
    add(linker, model::testing::sample_trace());
    add(linker, model::testing::sample_trace({0, 0xbeef}));
    EXPECT_EQ(shown(linker), (Links{"x>y 1/0", "frontend>backend 2/0", "backend>db 2/2"}));
    EXPECT_EQ(shown(linker), Links{}) << "taken once";
}

TEST(DependencyLinker, sums_lists_by_parent_and_child) {
    DependencyLinker linker;
    linker.add_link({"a", "b", 2, 1});
    linker.add_link({"b", "a", 5, 0});
    linker.add_link({"a", "b", 3, 2});
    EXPECT_EQ(shown(linker), (Links{"a>b 5/3", "b>a 5/0"}));
}

TEST(DependencyLinker, keeps_pairs_apart_whose_names_run_together) {
    DependencyLinker linker;
    linker.add_link({"ab", "c", 1, 0});
    linker.add_link({"a", "bc", 1, 0});
    EXPECT_EQ(shown(linker), (Links{"ab>c 1/0", "a>bc 1/0"}));
}

TEST(DependencyLinker, counts_a_trace_of_both_id_widths_once) {
    EXPECT_EQ(
        links("trace=a id=2 parent=1 kind=CLIENT local=a\n"
              "trace=1000000000000000a id=2 parent=1 kind=SERVER local=b shared\n"),
        Links{"a>b 1/0"}
    );
}

TEST(DependencyLinker, reads_several_servers_behind_one_call) {
    EXPECT_EQ(
        links("trace=a id=2 parent=1 kind=CLIENT local=a\n"
              "trace=a id=2 parent=1 kind=SERVER local=b shared\n"
              "trace=a id=2 parent=1 kind=SERVER local=c shared\n"),
        (Links{"a>b 1/0", "a>c 1/0"})
    );
}

}  // namespace

}  // namespace clew::trace
