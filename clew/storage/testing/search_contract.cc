// SPDX-License-Identifier: Apache-2.0
// Goal: which traces a search finds, how many, in which order.
// Method: traces at known times, searches by window, limit and order.
#include <cstdio>

#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

int link_search_contract() { return 1; }

namespace {

// One-span traces 1..count, one per second.
std::string one_per_second(int count) {
    std::string text;
    for (int i = 1; i <= count; ++i) {
        char id[16];
        std::snprintf(id, sizeof(id), "%x", static_cast<unsigned>(i));
        text += std::string("trace=") + id +
                " id=1 kind=SERVER name=get for=10 local=frontend at=+" +
                std::to_string(i * 1'000'000) + "\n";
    }
    return text;
}

std::string hex16(unsigned value) {
    char text[17];
    std::snprintf(text, sizeof(text), "%016x", value);
    return text;
}

// Ids from `newest` down to `oldest`.
Texts falling(unsigned newest, unsigned oldest) {
    Texts ids;
    for (unsigned id = newest; id >= oldest; --id) ids.push_back(hex16(id));
    return ids;
}

TEST_P(StorageContract, finds_nothing_while_empty) {
    EXPECT_EQ(found(Asking()), Texts{});
    EXPECT_EQ(found(Asking().service("frontend")), Texts{});
    EXPECT_EQ(found(Asking().service("frontend").span_name("get")), Texts{});
    EXPECT_EQ(found(Asking().remote_service("backend")), Texts{});
    EXPECT_EQ(found(Asking().term("error")), Texts{});
    EXPECT_EQ(found(Asking().min_duration(1)), Texts{});
}

TEST_P(StorageContract, finds_nothing_by_search_when_a_span_has_ids_only) {
    store("trace=a id=1");
    EXPECT_EQ(found(Asking()), Texts{});
    EXPECT_EQ(found(Asking().service("frontend")), Texts{});
    EXPECT_EQ(found(Asking().term("error")), Texts{});
    EXPECT_EQ(found(Asking().min_duration(1)), Texts{});
    EXPECT_EQ(got({0, 0xa}), hex16(0xa));
}

TEST_P(StorageContract, finds_traces_whole_when_their_spans_came_interleaved) {
    store("trace=a id=1 at=+1000\ntrace=b id=1 at=+2000");
    store("trace=b id=2 parent=1 at=+2100\ntrace=a id=2 parent=1 at=+1100");
    EXPECT_EQ(found(Asking()), (Texts{hex16(0xb), hex16(0xa)}));
}

TEST_P(StorageContract, finds_the_newest_traces_within_the_limit) {
    store(one_per_second(20));
    EXPECT_EQ(found(Asking()), falling(20, 1));
    EXPECT_EQ(found(Asking().limit(10)), falling(20, 11));
    EXPECT_EQ(found(Asking().limit(1)), falling(20, 20));
    EXPECT_EQ(found(Asking().service("frontend").limit(10)), falling(20, 11));
}

TEST_P(StorageContract, finds_the_traces_of_an_early_or_a_late_window) {
    store(one_per_second(20));
    EXPECT_EQ(found(Asking().window(10'000, 10'000)), falling(10, 1));
    EXPECT_EQ(found(Asking().window(20'000, 9'000)), falling(20, 11));
    EXPECT_EQ(found(Asking().window(10'000, 10'000).limit(3)), falling(10, 8));
    EXPECT_EQ(found(Asking().service("frontend").window(10'000, 4'000)), falling(10, 6));
}

TEST_P(StorageContract, includes_both_ends_of_a_window_in_milliseconds) {
    store("trace=a id=1 at=+5000");
    EXPECT_EQ(found(Asking().window(5, 1)).size(), 1U);
    EXPECT_EQ(found(Asking().window(6, 1)).size(), 1U);
    EXPECT_EQ(found(Asking().window(4, 4)).size(), 0U);
    EXPECT_EQ(found(Asking().window(7, 1)).size(), 0U);
    store("trace=b id=1 at=+9001");
    EXPECT_EQ(found(Asking().window(9, 1)).size(), 0U) << "a microsecond after the end";
    EXPECT_EQ(found(Asking().window(10, 1)).size(), 1U);
}

TEST_P(StorageContract, finds_a_trace_whole_when_it_reaches_beyond_the_window) {
    store(
        "trace=a id=1 at=+10000 for=90000\n"
        "trace=a id=2 parent=1 at=+50000\n"
        "trace=a id=3 parent=1 at=+99000\n"
    );
    EXPECT_EQ(found(Asking().window(20, 15)), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().window(60, 15)), Texts{}) << "it began before";
}

TEST_P(StorageContract, orders_by_the_newest_span_inside_the_window) {
    store(
        "trace=a id=1 at=+1000\n"
        "trace=a id=2 parent=1 at=+9000\n"
        "trace=b id=1 at=+5000\n"
    );
    EXPECT_EQ(found(Asking().window(10, 10)), (Texts{hex16(0xa), hex16(0xb)}));
    EXPECT_EQ(found(Asking().window(8, 8)), (Texts{hex16(0xb), hex16(0xa)}));
    EXPECT_EQ(found(Asking().window(10, 10).limit(1)), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().window(8, 8).limit(1)), Texts{hex16(0xb)});
}

TEST_P(StorageContract, orders_a_long_trace_among_many_short_ones) {
    store(one_per_second(50));
    store("trace=f0 id=1 at=+500000\ntrace=f0 id=2 parent=1 at=+30500000");
    Texts expected = falling(50, 31);
    expected.push_back(hex16(0xf0));
    for (const std::string& id : falling(30, 1)) expected.push_back(id);
    EXPECT_EQ(found(Asking()), expected);
    EXPECT_EQ(found(Asking().limit(21)), Texts(expected.begin(), expected.begin() + 21));
    EXPECT_EQ(
        found(Asking().window(10'000, 10'000)),
        (Texts{
            hex16(10),
            hex16(9),
            hex16(8),
            hex16(7),
            hex16(6),
            hex16(5),
            hex16(4),
            hex16(3),
            hex16(2),
            hex16(1),
            hex16(0xf0)})
    ) << "of its spans in this window the first is the newest";
}

TEST_P(StorageContract, orders_equal_times_by_falling_trace_id) {
    store(
        "trace=1 id=1 at=+5000\n"
        "trace=8000000000000000 id=1 at=+5001\n"
        "trace=2 id=1 at=+5999\n"
    );
    EXPECT_EQ(found(Asking()), (Texts{"8000000000000000", hex16(2), hex16(1)}));
    EXPECT_EQ(found(Asking().limit(1)), Texts{"8000000000000000"});
}

TEST_P(StorageContract, finds_a_trace_only_once_a_span_has_a_timestamp) {
    store("trace=a id=1 parent=2 local=frontend name=get");
    EXPECT_EQ(found(Asking().service("frontend")), Texts{});
    store("trace=a id=1 parent=2 at=+1000 local=frontend");
    EXPECT_EQ(found(Asking().service("frontend").span_name("get")), Texts{hex16(0xa)});
}

TEST_P(StorageContract, begins_a_trace_at_its_root_even_when_another_span_is_older) {
    store("trace=a id=2 parent=1 at=+1000\ntrace=a id=1 at=+9000");
    EXPECT_EQ(found(Asking().window(5, 5)), Texts{});
    EXPECT_EQ(found(Asking().window(10, 5)), Texts{hex16(0xa)});
}

TEST_P(StorageContract, finds_a_thousand_traces_by_every_kind_of_question) {
    std::string text;
    Texts expected;
    for (int i = 1; i <= 1000; ++i) {
        text += "trace=" + hex16(static_cast<unsigned>(i)) +
                " id=1 kind=CLIENT name=get for=50 local=frontend remote=backend tag:k=v "
                "note:+1=fox at=+" +
                std::to_string(i * 1000) + "\n";
    }
    store(text);
    expected = falling(1000, 1);
    const auto all = [] { return Asking().limit(1000); };
    EXPECT_EQ(found(all()), expected);
    EXPECT_EQ(found(all().service("frontend")), expected);
    EXPECT_EQ(found(all().service("frontend").remote_service("backend")), expected);
    EXPECT_EQ(found(all().service("frontend").span_name("get")), expected);
    EXPECT_EQ(found(all().service("frontend").term("k", "v").term("fox")), expected);
    EXPECT_EQ(found(all().service("frontend").min_duration(50).max_duration(50)), expected);
    EXPECT_EQ(found(all().limit(999)), falling(1000, 2));
    EXPECT_EQ(found(all().limit(5000)), expected);
    EXPECT_EQ(found(all().term("k", "w")), Texts{});
}

TEST_P(StorageContract, tells_traces_apart_by_the_high_half_of_their_ids) {
    const std::string low = "000000000000000a";
    for (const char* high : {"1", "2", "3"}) {
        store(
            std::string("trace=") + high + low + " id=1 at=+1000 local=frontend tag:which=" + high
        );
    }
    for (const std::string high : {"1", "2", "3"}) {
        EXPECT_EQ(found(Asking().term("which", high)), Texts{"000000000000000" + high + low});
    }
    EXPECT_EQ(found(Asking()).size(), 3U);
    EXPECT_EQ(found(Asking().limit(2)).size(), 2U) << "never more than the limit";
}

TEST_P(StorageContract, does_not_take_a_short_id_for_the_long_one_it_ends) {
    store("trace=1000000000000000a id=1 at=+1000 local=frontend name=get");
    store("trace=a id=1 at=+1000 local=backend name=put");
    EXPECT_EQ(found(Asking().service("frontend")), Texts{"0000000000000001000000000000000a"});
    EXPECT_EQ(found(Asking().service("backend")), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().span_name("put")), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().service("frontend").span_name("put")), Texts{});
}

TEST_P(StorageContract, takes_ids_of_both_widths_for_one_trace_when_it_is_not_strict) {
    restart({.strict_trace_id = false, .search_enabled = true, .autocomplete_keys = {}});
    store("trace=1000000000000000a id=1 at=+1000 local=frontend");
    store("trace=a id=2 parent=1 at=+2000 local=backend tag:error=\"\"");
    EXPECT_EQ(found(Asking()), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().service("frontend")), Texts{hex16(0xa)});
    EXPECT_EQ(found(Asking().service("backend").term("error")), Texts{hex16(0xa)});
}

TEST_P(StorageContract, finds_nothing_by_search_when_search_is_disabled) {
    restart({.strict_trace_id = true, .search_enabled = false, .autocomplete_keys = {"k"}});
    store(model::testing::sample_trace());
    store("trace=a id=1 at=+1000 local=frontend tag:k=v");
    EXPECT_EQ(found(Asking()), Texts{});
    EXPECT_EQ(found(Asking().service("frontend")), Texts{});
    EXPECT_EQ(services(), Texts{});
    EXPECT_EQ(span_names("frontend"), Texts{});
    EXPECT_EQ(remote_services("frontend"), Texts{});
    EXPECT_EQ(
        storage().autocomplete_tags().values("k", QueryContext::unlimited()).value(), Texts{}
    );
    EXPECT_EQ(storage().autocomplete_tags().keys().value(), Texts{"k"});
    EXPECT_EQ(got({0, 0xa}), hex16(0xa));
    EXPECT_EQ(got({0, 0xcafe}), hex16(0xcafe));
    EXPECT_EQ(links(), (Texts{"backend>db 1/1", "frontend>backend 1/0"}));
}

}  // namespace

}  // namespace clew::storage::testing
