// SPDX-License-Identifier: Apache-2.0
// Goal: C programs read and write every header, and carry what travels beside a context. Method:
// requests as maps of headers, through the C face alone.
#include "clew/tracing/c_propagation.h"

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace clew::tracing {
namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

constexpr const char* kAll = "b3multi,b3,tracecontext,baggage";

clew_text text(std::string_view string) { return {string.data(), string.size()}; }

int get(void* carrier, clew_text name, clew_text* value) {
    const auto* const headers = static_cast<const Headers*>(carrier);
    const auto found = headers->find(std::string_view(name.text, name.size));
    if (found == headers->end()) return 0;
    *value = text(found->second);
    return 1;
}

int set(void* carrier, clew_text name, clew_text value) {
    static_cast<Headers*>(carrier)->emplace(
        std::string(name.text, name.size), std::string(value.text, value.size)
    );
    return 0;
}

class CPropagationTest : public ::testing::Test {
protected:
    CPropagationTest() {
        clew_options options;
        clew_options_init(&options, sizeof options);
        options.service_name = "thumbs";
        options.endpoint = "http://127.0.0.1:1";
        options.close_timeout_ms = 1;
        options.propagation = kAll;
        options.ignore_environment = 1;
        tracer_ = clew_tracer_create(&options, nullptr, 0);
    }
    ~CPropagationTest() override {
        clew_carried_release(carried_);
        clew_tracer_destroy(tracer_);
    }

    int extract(Headers headers) {
        clew_carried_release(carried_);
        return clew_extract(tracer_, get, &headers, &context_, &carried_);
    }

    Headers inject() {
        Headers headers;
        clew_inject(tracer_, &context_, carried_, set, &headers);
        return headers;
    }

    clew_tracer* tracer_ = nullptr;
    clew_context context_{};
    const clew_carried* carried_ = nullptr;
};

Headers seen(const clew_carried* carried) {
    Headers members;
    clew_baggage_visit(carried, set, &members);
    return members;
}

TEST_F(CPropagationTest, carries_tracestate_and_baggage_to_the_next_service) {
    const std::string traceparent = "00-0000000000000000000000000000000a-000000000000000b-03";
    EXPECT_EQ(
        extract({{"traceparent", traceparent}, {"tracestate", "a=1"}, {"baggage", "user=al%20ice"}}
        ),
        int{clew_extracted_context}
    );
    EXPECT_EQ(context_.trace_id_low, 10U);
    EXPECT_EQ(
        context_.flags,
        std::uint32_t{
            clew_context_decided | clew_context_sampled | clew_context_random |
            clew_context_child_only}
    );
    EXPECT_EQ(seen(carried_), (Headers{{"user", "al ice"}}));
    const Headers headers = inject();
    EXPECT_EQ(headers.at("traceparent"), traceparent);
    EXPECT_EQ(headers.at("tracestate"), "a=1");
    EXPECT_EQ(headers.at("baggage"), "user=al%20ice");
    EXPECT_EQ(headers.at("b3"), "000000000000000a-000000000000000b-1");
}

TEST_F(CPropagationTest, carries_nothing_for_most_requests) {
    EXPECT_EQ(
        extract({{"b3", "000000000000000a-000000000000000b-1"}}), int{clew_extracted_context}
    );
    EXPECT_EQ(carried_, nullptr);
    EXPECT_EQ(extract({}), 0);
    EXPECT_EQ(seen(nullptr), Headers{});
}

TEST_F(CPropagationTest, makes_a_child_where_the_format_shares_no_ids) {
    extract({{"traceparent", "00-0000000000000000000000000000000a-000000000000000b-01"}});
    clew_span span{};
    clew_context started;
    clew_span_receive(tracer_, &span, clew_kind_server, text("get"), &context_);
    clew_span_context(&span, &started);
    EXPECT_EQ(started.parent_id, 0xbU);
    EXPECT_NE(started.span_id, 0xbU);
    EXPECT_EQ(started.flags & (clew_context_shared | clew_context_child_only), 0U);
    clew_span_abandon(&span);
}

TEST_F(CPropagationTest, says_and_counts_what_is_malformed) {
    EXPECT_EQ(extract({{"b3", "nonsense"}}), int{clew_extracted_malformed});
    EXPECT_EQ(
        extract({{"b3", "1"}, {"baggage", "nonsense"}}),
        clew_extracted_context | clew_extracted_malformed
    );
    extract({{"b3", "1"}});
    clew_stats stats;
    clew_tracer_stats(tracer_, &stats);
    EXPECT_EQ(stats.headers_malformed, 2U);
}

TEST_F(CPropagationTest, changes_baggage_by_making_another_one) {
    extract({{"baggage", "a=1,b=2"}});
    const clew_carried* changed = nullptr;
    ASSERT_EQ(clew_baggage_set(carried_, text("a"), text("x y"), &changed), 1);
    EXPECT_EQ(seen(changed), (Headers{{"a", "x y"}, {"b", "2"}}));
    EXPECT_EQ(seen(carried_), (Headers{{"a", "1"}, {"b", "2"}}));
    const clew_carried* const fewer = clew_baggage_remove(changed, text("b"));
    EXPECT_EQ(seen(fewer), (Headers{{"a", "x y"}}));
    EXPECT_EQ(clew_baggage_remove(fewer, text("a")), nullptr);
    clew_carried_release(fewer);
    clew_carried_release(changed);
}

TEST_F(CPropagationTest, begins_baggage_and_refuses_what_is_none) {
    const clew_carried* changed = nullptr;
    EXPECT_EQ(clew_baggage_set(nullptr, text("a b"), text("1"), &changed), 0);
    EXPECT_EQ(clew_baggage_set(nullptr, text("a"), text(std::string(9000, 'x')), &changed), 0);
    EXPECT_EQ(changed, nullptr);
    EXPECT_EQ(clew_baggage_set(nullptr, text("a"), {nullptr, 0}, &changed), 1);
    EXPECT_EQ(seen(changed), (Headers{{"a", ""}}));
    EXPECT_EQ(clew_carried_retain(changed), changed);
    clew_carried_release(changed);
    clew_carried_release(changed);
    EXPECT_EQ(clew_carried_retain(nullptr), nullptr);
    EXPECT_EQ(clew_baggage_remove(nullptr, text("a")), nullptr);
}

TEST_F(CPropagationTest, stops_visiting_when_told_to) {
    extract({{"baggage", "a=1,b=2"}});
    int calls = 0;
    clew_baggage_visit(
        carried_,
        [](void* visitor, clew_text, clew_text) { return ++*static_cast<int*>(visitor); },
        &calls
    );
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace clew::tracing
