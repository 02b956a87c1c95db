// SPDX-License-Identifier: Apache-2.0
// Goal: probes and dashboards find what Zipkin's server gives them. Method: a component in each
// state.
#include "clew/web/operator_routes.h"

#include <gtest/gtest.h>

#include "clew/web/internal/recorded_answer.h"

namespace clew::web {
namespace {

using transport::HttpResponse;

using Level = ComponentState::Level;

struct OperatorRoutesTest : ::testing::Test {
    OperatorRoutesTest() {
        health.add_component("Storage{}", [this] { return storage; });
        routes.mount(router);
    }

    ComponentState storage;
    ServerHealth health;
    MetricsPage page;
    RequestMetrics requests;
    OperatorRoutes routes{health, page, requests, BuildFacts{"1.2.3", "abc"}};
    Router router;
};

TEST_F(OperatorRoutesTest, says_that_all_is_well) {
    const HttpResponse response = ask(router, "/health");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(response.body, health.health_json());
    const HttpResponse ready = ask(router, "/ready");
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.body, "ready");
}

TEST_F(OperatorRoutesTest, answers_503_and_the_reason_when_only_a_restart_can_help) {
    storage = {Level::down, "io: disk on fire"};
    const HttpResponse response = ask(router, "/health");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, health.health_json());
    EXPECT_EQ(ask(router, "/ready").body, "not ready: Storage{}: io: disk on fire");
}

TEST_F(OperatorRoutesTest, is_healthy_while_it_is_not_ready) {
    storage = {Level::not_ready, "recovering"};
    EXPECT_EQ(ask(router, "/health").status, 200);
    const HttpResponse ready = ask(router, "/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ready.body, "not ready: Storage{}: recovering");
    EXPECT_EQ(header_of(ready, "Retry-After"), "1");
}

TEST_F(OperatorRoutesTest, says_which_build_runs) {
    EXPECT_EQ(
        ask(router, "/info").body,
        R"({"zipkin":{"version":"1.2.3","commit":"abc"},"clew":{"version":"1.2.3"}})"
    );
}

TEST_F(OperatorRoutesTest, answers_the_addresses_of_spring_too) {
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
    EXPECT_EQ(ask(router, "/metrics").body, page.json());
    EXPECT_EQ(ask(router, "/metrics").content_type, "application/json");
    const HttpResponse prometheus = ask(router, "/prometheus");
    EXPECT_EQ(prometheus.body, page.text() + requests.text());
    EXPECT_EQ(prometheus.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace
}  // namespace clew::web
