// SPDX-License-Identifier: Apache-2.0
#include "clew/web/operator_routes.h"

#include <utility>

#include "clew/base/json_text.h"

namespace clew::web {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr const char* kActuatorType = "application/vnd.spring-boot.actuator.v2+json; charset=utf-8";
constexpr const char* kJsonType = "application/json; charset=utf-8";
constexpr const char* kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

std::string health_json(const std::string& component, const Expected<void>& health) {
    const std::string status = health ? "\"UP\"" : "\"DOWN\"";
    std::string quoted_component;
    append_json_string(component + "{}", quoted_component);
    std::string json = "{\n  \"status\" : " + status +
                       ",\n  \"zipkin\" : {\n    \"status\" : " + status +
                       ",\n    \"details\" : {\n      " + quoted_component +
                       " : {\n        \"status\" : " + status;
    if (!health) {
        std::string text;
        append_json_string(
            std::string(code_name(health.error().code)) + ": " + health.error().message, text
        );
        json += ",\n        \"details\" : {\n          \"error\" : " + text + "\n        }";
    }
    return json + "\n      }\n    }\n  }\n}";
}

HttpResponse typed_response(int status, const char* type, std::string body) {
    HttpResponse response;
    response.status = status;
    response.content_type = type;
    response.body = std::move(body);
    return response;
}

}  // namespace

void OperatorRoutes::answer_health(const std::string& type, const HttpResponder& responder) const {
    const bool accepted = pool_.submit([this, type, responder](bool in_time) {
        const Expected<void> health =
            in_time ? storage_.check()
                    : Expected<void>(Error{Code::timed_out, "queries have waited too long"});
        responder.send(
            typed_response(health ? 200 : 503, type.c_str(), health_json(storage_.name(), health))
        );
    });
    if (!accepted) {
        const Error busy{Code::overloaded, "too many queries wait"};
        responder.send(typed_response(503, type.c_str(), health_json(storage_.name(), busy)));
    }
}

void OperatorRoutes::mount(Router& router) const {
    std::string version;
    append_json_string(facts_.version, version);
    std::string commit;
    append_json_string(facts_.commit, commit);
    const std::string about = "{\"zipkin\":{\"version\":" + version + ",\"commit\":" + commit +
                              "},\"clew\":{\"version\":" + version + "}}";
    const auto health = [this](const char* type) {
        return [this, type](const HttpRequest&, const HttpResponder& responder) {
            answer_health(type, responder);
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
    router.get("/health", health(kJsonType));
    router.get("/actuator/health", health(kActuatorType));
    router.get("/info", facts(kJsonType));
    router.get("/actuator/info", facts(kActuatorType));
    router.get("/prometheus", prometheus);
    router.get("/actuator/prometheus", prometheus);
    router.get("/metrics", [this](const HttpRequest&, const HttpResponder& responder) {
        responder.send(typed_response(200, kJsonType, metrics_.json()));
    });
}

}  // namespace clew::web
