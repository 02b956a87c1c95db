// SPDX-License-Identifier: Apache-2.0
#include "clew/web/api_routes.h"

#include <utility>

#include "clew/web/api_error.h"
#include "clew/web/json_answers.h"
#include "clew/web/query_string.h"

namespace clew::web {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr std::size_t kManyNames = 3;

Error too_busy() { return {Code::overloaded, "too many queries at once, try again later"}; }

}  // namespace

ApiRoutes::ApiRoutes(
    const storage::Storage& storage, const Clock& clock, QueryPool& pool, const ApiOptions& options
)
    : search_(storage.span_store(), clock, options.limits),
      lookup_(storage.span_store(), options.limits),
      graph_(storage.dependency_store(), options.limits),
      names_(storage.service_and_span_names(), storage.autocomplete_tags()),
      pool_(pool),
      cache_control_(
          "max-age=" + std::to_string(options.names_max_age.count()) + ", must-revalidate"
      ) {}

void ApiRoutes::mount(Router& router) {
    for (const std::string prefix : {"/api/v2", "/zipkin/api/v2"}) {
        mount_names(router, prefix);
        mount_traces(router, prefix);
    }
}

void ApiRoutes::mount_names(Router& router, const std::string& prefix) {
    router.get(prefix + "/services", route([this](const Parameters&) {
                   return names_.services().transform([this](const std::vector<std::string>& list) {
                       has_many_services_ = list.size() > kManyNames;
                       return names(list, has_many_services_);
                   });
               }));
    router.get(
        prefix + "/spans", route([this](const Parameters& parameters) {
            return names_.spans(parameters).transform([this](const std::vector<std::string>& list) {
                return names(list, has_many_services_);
            });
        })
    );
    router.get(prefix + "/remoteServices", route([this](const Parameters& parameters) {
                   return names_.remote_services(parameters)
                       .transform([this](const std::vector<std::string>& list) {
                           return names(list, has_many_services_);
                       });
               }));
    router.get(prefix + "/autocompleteKeys", route([this](const Parameters&) {
                   return names_.autocomplete_keys().transform(
                       [this](const std::vector<std::string>& list) { return names(list, true); }
                   );
               }));
    router.get(prefix + "/autocompleteValues", route([this](const Parameters& parameters) {
                   return names_.autocomplete_values(parameters)
                       .transform([this](const std::vector<std::string>& list) {
                           return names(list, list.size() > kManyNames);
                       });
               }));
}

void ApiRoutes::mount_traces(Router& router, const std::string& prefix) {
    router.get(prefix + "/traces", route([this](const Parameters& parameters) {
                   return search_.find_traces(parameters)
                       .transform([](const std::vector<storage::StoredTrace>& traces) {
                           return json_response(traces_json(traces));
                       });
               }));
    router.get(prefix + "/traceMany", route([this](const Parameters& parameters) {
                   return lookup_.get_traces(parameters)
                       .transform([](const std::vector<storage::StoredTrace>& traces) {
                           return json_response(traces_json(traces));
                       });
               }));
    router.get(prefix + "/dependencies", route([this](const Parameters& parameters) {
                   return graph_.dependencies(parameters)
                       .transform([](const std::vector<model::DependencyLink>& links) {
                           return json_response(links_json(links));
                       });
               }));
    const std::string below = prefix + "/trace/";
    router.get_below(
        below,
        "{traceId}",
        [this, below](const HttpRequest& request, const HttpResponder& responder) {
            ask_for_trace(below, request, responder);
        }
    );
}

HttpResponse ApiRoutes::names(const std::vector<std::string>& list, bool is_cached) const {
    HttpResponse response = json_response(names_json(list));
    if (is_cached) response.add_header("Cache-Control", cache_control_);
    return response;
}

Router::Route ApiRoutes::route(Question question) {
    return [this, question = std::move(question)](
               const HttpRequest& request, const HttpResponder& responder
           ) {
        run(responder, [&question, parameters = parse_query_string(request.query)] {
            return question(parameters);
        });
    };
}

void ApiRoutes::ask_for_trace(
    std::string_view prefix, const HttpRequest& request, const HttpResponder& responder
) {
    const std::optional<std::string> id = decode_path(request.path.substr(prefix.size()));
    if (!id || id->find('/') != std::string::npos) {
        return responder.send(transport::text_response(404, "not found"));
    }
    run(responder, [this, id = *id] {
        return lookup_.get_trace(id).transform([](const storage::StoredTrace& trace) {
            return json_response(trace_json(trace));
        });
    });
}

void ApiRoutes::run(
    const HttpResponder& responder, std::function<Expected<HttpResponse>()> question
) {
    const bool accepted = pool_.submit([responder, question = std::move(question)](bool in_time) {
        if (!in_time) return responder.send(error_response(too_busy()));
        Expected<HttpResponse> answer = question();
        responder.send(answer ? std::move(*answer) : error_response(answer.error()));
    });
    if (!accepted) responder.send(error_response(too_busy()));
}

}  // namespace clew::web
