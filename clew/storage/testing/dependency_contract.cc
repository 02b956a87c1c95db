// SPDX-License-Identifier: Apache-2.0
// Goal: the service graph of a window is exact.
// Method: traces of every way in which services are instrumented; links compared whole.
#include <algorithm>
#include <cstdio>

#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_dependency_contract() { return 1; }

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
const Texts kSampleLinks{"backend>db 1/1", "frontend>backend 1/0"};

TEST_P(StorageContract, links_nothing_while_empty) { EXPECT_EQ(links(), Texts{}); }

TEST_P(StorageContract, links_the_sample_trace) {
    store(model::testing::sample_trace());
    EXPECT_EQ(links(), kSampleLinks);
}

TEST_P(StorageContract, links_a_trace_once_that_was_stored_twice) {
    store(model::testing::sample_trace());
    store(model::testing::sample_trace());
    EXPECT_EQ(links(), kSampleLinks);
}

TEST_P(StorageContract, links_a_trace_that_came_in_pieces_and_backwards) {
    const model::SpanBatch sample = model::testing::sample_trace();
    for (std::size_t i = sample.size(); i > 0; --i) {
        store(model::testing::slice(sample, i - 1, i));
    }
    EXPECT_EQ(links(), kSampleLinks);
}

TEST_P(StorageContract, links_as_far_back_as_is_asked) {
    store(model::testing::sample_trace());
    EXPECT_EQ(links(kDayMs, model::testing::kSampleTimeMs + kDayMs), kSampleLinks);
}

TEST_P(StorageContract, links_a_trace_without_its_root) {
    const model::SpanBatch sample = model::testing::sample_trace();
    store(model::testing::slice(sample, 1, 4));
    EXPECT_EQ(links(), kSampleLinks);
}

TEST_P(StorageContract, links_spans_of_both_id_widths_as_one_trace) {
    store(
        "trace=1000000000000000a id=2 parent=1 kind=CLIENT local=a at=+1000\n"
        "trace=a id=2 parent=1 kind=SERVER local=b shared at=+1001\n"
    );
    EXPECT_EQ(links(), Texts{"a>b 1/0"}) << "whatever the strictness";
}

TEST_P(StorageContract, links_servers_that_are_all_instrumented) {
    store(
        "trace=a id=1 kind=SERVER local=one at=+1000\n"
        "trace=a id=2 parent=1 kind=SERVER local=two shared at=+2000\n"
        "trace=a id=3 parent=2 kind=SERVER local=three shared at=+3000\n"
    );
    EXPECT_EQ(links(), (Texts{"one>three 1/0", "one>two 1/0"})) << "clients unknown: the root's";
    store(
        "trace=a id=2 parent=1 kind=CLIENT local=one at=+1500\n"
        "trace=a id=3 parent=2 kind=CLIENT local=two at=+2500\n"
    );
    EXPECT_EQ(links(), (Texts{"one>two 1/0", "two>three 1/0"}));
}

TEST_P(StorageContract, links_producers_and_consumers_through_the_broker) {
    store(
        "trace=a id=1 kind=PRODUCER local=producer remote=kafka at=+1000\n"
        "trace=a id=2 parent=1 kind=CONSUMER local=consumer remote=kafka at=+2000\n"
    );
    EXPECT_EQ(links(), (Texts{"kafka>consumer 1/0", "producer>kafka 1/0"}));
}

TEST_P(StorageContract, links_a_service_that_calls_itself) {
    store(
        "trace=a id=2 parent=1 kind=CLIENT local=a remote=a at=+1000\n"
        "trace=a id=2 parent=1 kind=SERVER local=a shared at=+1001\n"
    );
    EXPECT_EQ(links(), Texts{"a>a 1/0"});
}

TEST_P(StorageContract, links_a_one_way_call) {
    store(
        "trace=a id=2 parent=1 kind=CLIENT local=a remote=b at=+1000\n"
        "trace=a id=2 parent=1 kind=SERVER local=b shared at=+5000\n"
    );
    EXPECT_EQ(links(), Texts{"a>b 1/0"});
}

TEST_P(StorageContract, links_a_one_way_call_whose_client_is_known_by_name_only) {
    store("trace=a id=2 parent=1 kind=SERVER local=b remote=a at=+5000");
    EXPECT_EQ(links(), Texts{"a>b 1/0"});
}

TEST_P(StorageContract, links_to_servers_that_are_not_instrumented) {
    store(
        "trace=a id=1 kind=SERVER local=b remote=client at=+1000\n"
        "trace=a id=2 parent=1 kind=CLIENT local=b remote=db at=+2000\n"
    );
    EXPECT_EQ(links(), (Texts{"b>db 1/0", "client>b 1/0"}));
}

TEST_P(StorageContract, links_over_a_missing_span) {
    store(
        "trace=a id=1 kind=SERVER local=a at=+1000\n"
        "trace=a id=9 parent=8 kind=CLIENT local=c remote=d at=+3000\n"
    );
    EXPECT_EQ(links(), (Texts{"a>c 1/0", "c>d 1/0"}));
}

TEST_P(StorageContract, links_through_local_spans) {
    store(
        "trace=a id=1 kind=SERVER local=a at=+1000\n"
        "trace=a id=2 parent=1 local=a name=work at=+1100\n"
        "trace=a id=3 parent=2 kind=CLIENT local=a at=+1200\n"
        "trace=a id=3 parent=2 kind=SERVER local=b shared at=+1300\n"
    );
    EXPECT_EQ(links(), Texts{"a>b 1/0"});
}

TEST_P(StorageContract, links_spans_without_a_kind_that_know_both_sides) {
    store("trace=a id=1 local=a remote=b at=+1000\ntrace=a id=2 parent=1 local=b remote=c at=+2000"
    );
    EXPECT_EQ(links(), (Texts{"a>b 1/0", "b>c 1/0"}));
}

TEST_P(StorageContract, links_nothing_to_endpoints_without_a_name) {
    store(
        "trace=a id=1 kind=SERVER local=b remote=@1.2.3.4 at=+1000\n"
        "trace=a id=2 parent=1 kind=CLIENT local=b remote=@1.2.3.5:80 at=+2000\n"
    );
    EXPECT_EQ(links(), Texts{});
}

TEST_P(StorageContract, counts_error_tags_and_no_annotations_as_errors) {
    store("trace=a id=1 kind=CLIENT local=a remote=b note:+1001=error at=+1000");
    store("trace=b id=1 kind=CLIENT local=a remote=b tag:error=\"\" at=+1000");
    EXPECT_EQ(links(), Texts{"a>b 2/1"});
}

TEST_P(StorageContract, links_whole_traces_that_have_any_span_in_the_window) {
    store(model::testing::sample_trace());  // spans at 0, 50, 100 and 150 ms
    EXPECT_EQ(links(75, 100), kSampleLinks) << "the window ends inside the trace";
    EXPECT_EQ(links(120, 40), kSampleLinks) << "the window lies inside the trace";
    EXPECT_EQ(links(1000, 850), kSampleLinks) << "it begins with the last span";
    EXPECT_EQ(links(90, 20), Texts{}) << "between two spans";
    EXPECT_EQ(links(-1, 1000), Texts{}) << "before";
    EXPECT_EQ(links(1000, 849), Texts{}) << "after";
}

TEST_P(StorageContract, sums_links_over_days) {
    store(model::testing::sample_trace({0, 1}, model::testing::kSampleTimeUs));
    store(model::testing::sample_trace({0, 2}, model::testing::kSampleTimeUs - kDayMs * 1000));
    EXPECT_EQ(links(1000, 2000), kSampleLinks);
    EXPECT_EQ(links(1000 - kDayMs, 2000), kSampleLinks);
    EXPECT_EQ(links(1000, kDayMs + 2000), (Texts{"backend>db 2/2", "frontend>backend 2/0"}));
}

TEST_P(StorageContract, links_traces_without_a_timestamp_from_the_beginning_of_time) {
    store("trace=a id=1 kind=CLIENT local=a remote=b");
    EXPECT_EQ(links(0, 1000), Texts{});
    EXPECT_EQ(links(0, model::testing::kSampleTimeMs), Texts{"a>b 1/0"});
}

TEST_P(StorageContract, links_many_traces_exactly) {
    Texts expected;
    for (unsigned i = 1; i <= 256; ++i) {
        char trace[16];
        std::snprintf(trace, sizeof(trace), "%x", i);
        const std::string number = std::to_string(i);
        store(
            std::string("trace=") + trace + " id=1 kind=SERVER local=a" + number + " at=+" +
            number + "000\ntrace=" + trace + " id=2 parent=1 kind=CLIENT local=a" + number +
            " remote=b" + number + " at=+" + number + "001\ntrace=" + trace +
            " id=3 parent=1 kind=PRODUCER local=a" + number + " remote=c" + number + " at=+" +
            number + "002\n"
        );
        expected.push_back("a" + number + ">b" + number + " 1/0");
        expected.push_back("a" + number + ">c" + number + " 1/0");
    }
    std::ranges::sort(expected);
    EXPECT_EQ(links(), expected);
}

}  // namespace

}  // namespace clew::storage::testing
