// SPDX-License-Identifier: Apache-2.0
// Goal: every question of Zipkin's API is answered at both prefixes, and a wrong one in Zipkin's
// words. Method: the sample trace in memory, asked without a socket.
#include "clew/web/api_routes.h"

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"
#include "clew/model/span_builder.h"
#include "clew/model/testing/sample_spans.h"
#include "clew/storage/memory/memory_storage.h"
#include "clew/web/internal/recorded_answer.h"

namespace clew::web {
namespace {

using model::testing::kSampleTimeMs;
using transport::HttpResponse;

const std::string kEnd = std::to_string(kSampleTimeMs + 1000);

class ApiRoutesTest : public ::testing::Test {
protected:
    void SetUp() override {
        storage::MemoryOptions options;
        options.autocomplete_keys = {"error", "environment"};
        auto made = storage::MemoryStorage::create(options);
        ASSERT_TRUE(made.has_value());
        storage_ = std::move(*made);
        routes_ = std::make_unique<ApiRoutes>(*storage_, clock_, pool_, ApiOptions{});
        routes_->mount(router_);
        ASSERT_TRUE(pool_.start().has_value());
        store(model::testing::sample_trace());
    }

    void store(model::SpanBatch batch) {
        storage_->accept(std::move(batch), [](const Expected<void>& stored) {
            EXPECT_TRUE(stored.has_value());
        });
    }

    // Both prefixes answer the same.
    HttpResponse get(const std::string& target) {
        HttpResponse response = ask(router_, "/api/v2" + target);
        const HttpResponse twin = ask(router_, "/zipkin/api/v2" + target);
        EXPECT_EQ(twin.status, response.status) << target;
        EXPECT_EQ(twin.body, response.body) << target;
        return response;
    }

    void expect_json(const std::string& target, const std::string& json) {
        const HttpResponse response = get(target);
        EXPECT_EQ(response.status, 200) << target << response.body;
        EXPECT_EQ(response.content_type, "application/json");
        EXPECT_EQ(response.body, json) << target;
    }

    void expect_refused(const std::string& target, const std::string& text) {
        const HttpResponse response = get(target);
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
        EXPECT_EQ(response.body, text) << target;
    }

    static bool is_one_trace(const HttpResponse& response) {
        return response.status == 200 && response.body.starts_with("[[{\"traceId\":") &&
               response.body.ends_with("}]]") && response.body.find("],[") == std::string::npos;
    }

    clew::testing::FakeClock clock_{Microseconds(model::testing::kSampleTimeUs + 1'000'000)};
    QueryPool pool_{{}};
    std::unique_ptr<storage::MemoryStorage> storage_;
    std::unique_ptr<ApiRoutes> routes_;
    Router router_;
};

TEST_F(ApiRoutesTest, lists_services) { expect_json("/services", R"(["backend","frontend"])"); }

TEST_F(ApiRoutesTest, lists_span_names_of_a_service_in_any_case) {
    expect_json("/spans?serviceName=frontend", R"(["get /","get /api"])");
    expect_json("/spans?serviceName=FrontEnd", R"(["get /","get /api"])");
    expect_json("/spans?serviceName=", "[]");
    expect_json("/spans?serviceName=nobody", "[]");
}

TEST_F(ApiRoutesTest, lists_remote_services) {
    expect_json("/remoteServices?serviceName=backend", R"(["db"])");
}

TEST_F(ApiRoutesTest, refuses_names_without_a_service) {
    expect_refused("/spans", "mandatory parameter is missing: serviceName");
    expect_refused("/remoteServices", "mandatory parameter is missing: serviceName");
}

TEST_F(ApiRoutesTest, finds_traces) {
    EXPECT_TRUE(is_one_trace(get("/traces")));
    EXPECT_TRUE(is_one_trace(get("/traces?endTs=" + kEnd)));
    EXPECT_TRUE(is_one_trace(
        get("/traces?serviceName=backend&remoteServiceName=db&spanName=select&annotationQuery=error"
            "&minDuration=1&endTs=" +
            kEnd + "&lookback=5000&limit=5")
    ));
    expect_json("/traces?serviceName=nobody&endTs=" + kEnd, "[]");
    expect_json("/traces?endTs=1000", "[]");
}

TEST_F(ApiRoutesTest, reads_parameters_as_browsers_write_them) {
    EXPECT_TRUE(is_one_trace(get("/traces?spanName=get+%2F&annotationQuery=error+and%20error")));
    EXPECT_TRUE(is_one_trace(get("/traces?unknown=x&limit=1&limit=0")));
}

TEST_F(ApiRoutesTest, answers_one_trace_by_id) {
    const HttpResponse response = get("/trace/cafe");
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.starts_with(R"([{"traceId":"000000000000cafe",)")) << response.body;
    EXPECT_EQ(get("/trace/000000000000cafe").body, response.body);
    EXPECT_EQ(get("/trace/%20cafe%20").body, response.body);
}

TEST_F(ApiRoutesTest, answers_404_with_the_normalised_id) {
    const HttpResponse response = get("/trace/1");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "0000000000000001 not found");
    EXPECT_EQ(get("/trace/cafe/more").status, 404);
    EXPECT_EQ(get("/trace/").status, 404);
}

TEST_F(ApiRoutesTest, refuses_an_id_that_can_be_none) {
    expect_refused("/trace/CAFE", "CAFE should be lower-hex encoded with no prefix");
    expect_refused("/trace/%20", "traceId is empty");
    expect_refused("/trace/0000000000000000", "traceId is all zeros");
    expect_refused("/trace/" + std::string(33, '1'), "traceId.length > 32");
}

TEST_F(ApiRoutesTest, answers_many_traces_by_id_without_the_unknown) {
    store(model::testing::server_span({0, 0xbeef}, model::testing::kSampleTimeUs));
    EXPECT_TRUE(is_one_trace(get("/traceMany?traceIds=cafe,1")));
    const HttpResponse both = get("/traceMany?traceIds=cafe,beef");
    EXPECT_NE(both.body.find("],["), std::string::npos);
    expect_json("/traceMany?traceIds=1,2", "[]");
}

TEST_F(ApiRoutesTest, refuses_trace_ids_that_are_empty) {
    expect_refused("/traceMany?traceIds=", "traceIds parameter is empty");
}
TEST_F(ApiRoutesTest, refuses_trace_ids_that_are_redundant) {
    expect_refused("/traceMany?traceIds=1,01", "redundant traceId: 01");
}
TEST_F(ApiRoutesTest, refuses_a_single_trace_id) {
    expect_refused(
        "/traceMany?traceIds=1", "Use /api/v2/trace/{traceId} endpoint to retrieve a single trace"
    );
}
TEST_F(ApiRoutesTest, refuses_trace_many_without_ids) {
    expect_refused("/traceMany", "mandatory parameter is missing: traceIds");
}

TEST_F(ApiRoutesTest, refuses_an_end_that_is_not_above_zero) {
    expect_refused("/traces?endTs=0", "endTs <= 0");
    expect_refused("/dependencies?endTs=-1", "endTs <= 0");
}
TEST_F(ApiRoutesTest, refuses_a_limit_that_is_not_above_zero) {
    expect_refused("/traces?limit=0", "limit <= 0");
}
TEST_F(ApiRoutesTest, refuses_a_lookback_that_is_not_above_zero) {
    expect_refused("/traces?lookback=0", "lookback <= 0");
    expect_refused("/dependencies?endTs=1&lookback=0", "lookback <= 0");
}
TEST_F(ApiRoutesTest, refuses_a_minimal_duration_that_is_not_above_zero) {
    expect_refused("/traces?minDuration=0", "minDuration <= 0");
}
TEST_F(ApiRoutesTest, refuses_a_maximal_duration_below_the_minimal) {
    expect_refused("/traces?minDuration=2&maxDuration=1", "maxDuration < minDuration");
}
TEST_F(ApiRoutesTest, refuses_a_maximal_duration_alone) {
    expect_refused("/traces?maxDuration=1", "maxDuration is only valid with minDuration");
}
TEST_F(ApiRoutesTest, refuses_a_number_that_is_none) {
    EXPECT_EQ(get("/traces?limit=ten").status, 400);
}

TEST_F(ApiRoutesTest, answers_the_service_graph) {
    expect_json(
        "/dependencies?endTs=" + kEnd + "&lookback=5000",
        R"([{"parent":"frontend","child":"backend","callCount":1},)"
        R"({"parent":"backend","child":"db","callCount":1,"errorCount":1}])"
    );
    expect_json("/dependencies?endTs=1000", "[]");
}
TEST_F(ApiRoutesTest, refuses_a_service_graph_without_an_end) {
    expect_refused("/dependencies", "mandatory parameter is missing: endTs");
}

TEST_F(ApiRoutesTest, completes_tags) {
    expect_json("/autocompleteKeys", R"(["environment","error"])");
    expect_json("/autocompleteValues?key=environment", "[]");
    expect_json("/autocompleteValues?key=error", R"([""])");
    expect_json("/autocompleteValues?key=unknown", "[]");
}
TEST_F(ApiRoutesTest, refuses_a_key_that_is_empty) {
    expect_refused("/autocompleteValues?key=", "key was empty");
}
TEST_F(ApiRoutesTest, refuses_values_without_a_key) {
    expect_refused("/autocompleteValues", "mandatory parameter is missing: key");
}

TEST_F(ApiRoutesTest, lets_browsers_keep_names_once_there_are_more_than_three_services) {
    const auto cached = [this](const std::string& target) {
        return header_of(get(target), "Cache-Control");
    };
    EXPECT_EQ(cached("/services"), "");
    EXPECT_EQ(cached("/spans?serviceName=frontend"), "");
    for (const char* service : {"c", "d"}) {
        store(model::testing::server_span({0, 0xd00d}, model::testing::kSampleTimeUs, service));
    }
    EXPECT_EQ(cached("/spans?serviceName=frontend"), "");  // nobody has seen the services yet
    const std::string kept = "max-age=300, must-revalidate";
    EXPECT_EQ(cached("/services"), kept);
    EXPECT_EQ(cached("/spans?serviceName=frontend"), kept);
    EXPECT_EQ(cached("/remoteServices?serviceName=frontend"), kept);
    EXPECT_EQ(cached("/autocompleteKeys"), kept);
    EXPECT_EQ(cached("/autocompleteValues?key=error"), "");
    EXPECT_EQ(cached("/traces"), "");
    EXPECT_EQ(cached("/trace/cafe"), "");
    EXPECT_EQ(cached("/dependencies?endTs=" + kEnd), "");
}

TEST_F(ApiRoutesTest, answers_503_when_too_many_queries_wait) {
    QueryPool tired({.threads = 1, .waiting_max = 0});
    ApiRoutes routes(*storage_, clock_, tired, {});
    Router router;
    routes.mount(router);
    const HttpResponse response = ask(router, "/api/v2/services");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, "too many queries at once, try again later");
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
}

TEST_F(ApiRoutesTest, answers_503_to_a_query_that_is_past_its_time) {
    QueryPool slow({.threads = 1, .time_ms_max = std::chrono::milliseconds(0)});
    ASSERT_TRUE(slow.start().has_value());
    ApiRoutes routes(*storage_, clock_, slow, {});
    Router router;
    routes.mount(router);
    const HttpResponse response = ask(router, "/api/v2/traces");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, "the query took longer than query-timeout, 0 ms");
}

}  // namespace
}  // namespace clew::web
