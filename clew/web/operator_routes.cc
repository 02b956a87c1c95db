// SPDX-License-Identifier: Apache-2.0
#include "clew/web/operator_routes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "clew/base/json_text.h"

namespace clew::web {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr const char* kActuatorType = "application/vnd.spring-boot.actuator.v2+json; charset=utf-8";
constexpr const char* kJsonType = "application/json; charset=utf-8";
constexpr const char* kPlainJsonType = "application/json";  // as Zipkin's /metrics
constexpr int kRetryAfterSeconds = 1;
constexpr const char* kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

HttpResponse typed_response(int status, const char* type, std::string body) {
    HttpResponse response;
    response.status = status;
    response.content_type = type;
    response.body = std::move(body);
    return response;
}

}  // namespace

HttpResponse OperatorRoutes::health(const char* type) const {
    return typed_response(health_.is_up() ? 200 : 503, type, health_.health_json());
}

HttpResponse OperatorRoutes::readiness() const {
    const std::string reason = health_.not_ready_reason();
    if (reason.empty()) return transport::text_response(200, "ready");
    return transport::overloaded_response(503, "not ready: " + reason, kRetryAfterSeconds);
}

bool OperatorRoutes::has(std::string_view path) noexcept {
    static constexpr std::array<std::string_view, 8> kPaths = {
        "/health",
        "/actuator/health",
        "/ready",
        "/info",
        "/actuator/info",
        "/metrics",
        "/prometheus",
        "/actuator/prometheus"};
    return std::ranges::find(kPaths, path) != kPaths.end();
}

void OperatorRoutes::mount(Router& router) const {
    std::string version;
    append_json_string(facts_.version, version);
    std::string commit;
    append_json_string(facts_.commit, commit);
    const std::string about = "{\"zipkin\":{\"version\":" + version + ",\"commit\":" + commit +
                              "},\"clew\":{\"version\":" + version + "}}";
    const auto health_as = [this](const char* type) {
        return [this, type](const HttpRequest&, const HttpResponder& responder) {
            responder.send(health(type));
        };
    };
    const auto facts = [&about](const char* type) {
        return [about, type](const HttpRequest&, const HttpResponder& responder) {
            responder.send(typed_response(200, type, about));
        };
    };
    const auto prometheus = [this](const HttpRequest&, const HttpResponder& responder) {
        responder.send(typed_response(200, kPrometheusType, metrics_.text() + requests_.text()));
    };
    router.get("/health", health_as(kJsonType));
    router.get("/actuator/health", health_as(kActuatorType));
    router.get("/ready", [this](const HttpRequest&, const HttpResponder& responder) {
        responder.send(readiness());
    });
    router.get("/info", facts(kJsonType));
    router.get("/actuator/info", facts(kActuatorType));
    router.get("/prometheus", prometheus);
    router.get("/actuator/prometheus", prometheus);
    router.get("/metrics", [this](const HttpRequest&, const HttpResponder& responder) {
        responder.send(typed_response(200, kPlainJsonType, metrics_.json()));
    });
}

}  // namespace clew::web
