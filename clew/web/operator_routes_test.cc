// SPDX-License-Identifier: Apache-2.0
// Goal: probes and dashboards find what Zipkin's server gives them. Method: a storage that is well,
// and one that is not.
#include "clew/web/operator_routes.h"

#include <gtest/gtest.h>

#include "clew/storage/memory/memory_storage.h"
#include "clew/web/internal/recorded_answer.h"

namespace clew::web {
namespace {

using transport::HttpResponse;

// A storage in trouble; everything else is the memory's.
struct SickStorage final : storage::Storage {
    explicit SickStorage(storage::Storage& well) : inner(well) {}
    storage::SpanConsumer& span_consumer() override { return inner.span_consumer(); }
    const storage::SpanStore& span_store() const override { return inner.span_store(); }
    const storage::ServiceAndSpanNames& service_and_span_names() const override {
        return inner.service_and_span_names();
    }
    const storage::AutocompleteTags& autocomplete_tags() const override {
        return inner.autocomplete_tags();
    }
    const storage::DependencyStore& dependency_store() const override {
        return inner.dependency_store();
    }
    std::string name() const override { return "SickStorage"; }
    Expected<void> check() const override { return Error{Code::io, "disk \"on\" fire"}; }
    storage::StorageCounts counts() const override { return inner.counts(); }

    storage::Storage& inner;
};

struct OperatorRoutesTest : ::testing::Test {
    void mount(const storage::Storage& of, QueryPool& with) {
        routes =
            std::make_unique<OperatorRoutes>(of, page, requests, with, BuildFacts{"1.2.3", "abc"});
        routes->mount(router);
    }

    std::unique_ptr<storage::MemoryStorage> storage =
        std::move(*storage::MemoryStorage::create(storage::MemoryOptions{}));
    MetricsPage page;
    RequestMetrics requests;
    QueryPool pool{{}};
    std::unique_ptr<OperatorRoutes> routes;
    Router router;
};

TEST_F(OperatorRoutesTest, says_that_all_is_well) {
    mount(*storage, pool);
    const HttpResponse response = ask(router, "/health");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(response.body, R"({
  "status" : "UP",
  "zipkin" : {
    "status" : "UP",
    "details" : {
      "MemoryStorage{}" : {
        "status" : "UP"
      }
    }
  }
})");
}

TEST_F(OperatorRoutesTest, answers_503_and_the_reason_when_the_storage_is_not_well) {
    SickStorage sick(*storage);
    mount(sick, pool);
    const HttpResponse response = ask(router, "/health");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, R"({
  "status" : "DOWN",
  "zipkin" : {
    "status" : "DOWN",
    "details" : {
      "SickStorage{}" : {
        "status" : "DOWN",
        "details" : {
          "error" : "io: disk \"on\" fire"
        }
      }
    }
  }
})");
}

TEST_F(OperatorRoutesTest, answers_503_when_the_server_cannot_keep_up_with_questions) {
    QueryPool full({.threads = 1, .waiting_max = 0});
    mount(*storage, full);
    EXPECT_EQ(ask(router, "/health").status, 503);
    QueryPool slow({.threads = 1, .wait_ms_max = std::chrono::milliseconds(0)});
    OperatorRoutes late(*storage, page, requests, slow, {});
    Router late_router;
    late.mount(late_router);
    const HttpResponse response = ask(late_router, "/health");
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("timed_out: "), std::string::npos);
}

TEST_F(OperatorRoutesTest, says_which_build_runs) {
    mount(*storage, pool);
    EXPECT_EQ(
        ask(router, "/info").body,
        R"({"zipkin":{"version":"1.2.3","commit":"abc"},"clew":{"version":"1.2.3"}})"
    );
}

TEST_F(OperatorRoutesTest, answers_the_addresses_of_spring_too) {
    mount(*storage, pool);
    const std::string type = "application/vnd.spring-boot.actuator.v2+json; charset=utf-8";
    EXPECT_EQ(ask(router, "/actuator/health").body, ask(router, "/health").body);
    EXPECT_EQ(ask(router, "/actuator/health").content_type, type);
    EXPECT_EQ(ask(router, "/actuator/info").content_type, type);
    EXPECT_EQ(ask(router, "/actuator/prometheus").body, ask(router, "/prometheus").body);
    EXPECT_EQ(ask(router, "/actuator/env").status, 404);
}

TEST_F(OperatorRoutesTest, shows_the_numbers_in_both_forms) {
    page.add(MetricsPage::Kind::gauge, "clew_number", {}, [] { return 7; });
    requests.record({"GET", "/api/v2/services", 200}, std::chrono::milliseconds(1));
    mount(*storage, pool);
    EXPECT_EQ(ask(router, "/metrics").body, page.json());
    const HttpResponse prometheus = ask(router, "/prometheus");
    EXPECT_EQ(prometheus.body, page.text() + requests.text());
    EXPECT_EQ(prometheus.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace
}  // namespace clew::web
