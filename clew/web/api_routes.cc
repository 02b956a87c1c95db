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

}  // namespace

ApiRoutes::ApiRoutes(
    const storage::Storage& storage, const Clock& clock, QueryPool& pool, const ApiOptions& options
)
    : storage_(storage),
      search_(storage.span_store(), clock, options.limits),
      lookup_(storage.span_store(), options.limits),
      graph_(storage.dependency_store(), options.limits),
      names_(storage.service_and_span_names(), storage.autocomplete_tags()),
      pool_(pool),
      graphs_(pool, clock),
      limits_(options.limits),
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
    using Names = std::vector<std::string>;
    const auto lookup = [&](const char* path, Query query) {
        router.get(prefix + path, route(QueryLane::lookup, std::move(query)));
    };
    lookup("/services", [this](const Parameters&, const QueryContext& context) {
        return names_.services(context).transform([this](const Names& list) {
            has_many_services_ = list.size() > kManyNames;
            return names(list, has_many_services_);
        });
    });
    lookup("/spans", [this](const Parameters& parameters, const QueryContext& context) {
        return names_.spans(parameters, context).transform([this](const Names& list) {
            return names(list, has_many_services_);
        });
    });
    lookup("/remoteServices", [this](const Parameters& parameters, const QueryContext& context) {
        return names_.remote_services(parameters, context).transform([this](const Names& list) {
            return names(list, has_many_services_);
        });
    });
    lookup("/autocompleteKeys", [this](const Parameters&, const QueryContext&) {
        return names_.autocomplete_keys().transform([this](const Names& list) {
            return names(list, true);
        });
    });
    lookup(
        "/autocompleteValues",
        [this](const Parameters& parameters, const QueryContext& context) {
            return names_.autocomplete_values(parameters, context)
                .transform([this](const Names& list) {
                    return names(list, list.size() > kManyNames);
                });
        }
    );
}

void ApiRoutes::mount_traces(Router& router, const std::string& prefix) {
    const auto traces_answer = [](const QueryContext& context) {
        return [&context](const std::vector<storage::StoredTrace>& traces) {
            return traces_json(traces, context).transform(json_response);
        };
    };
    const auto find = [=, this](const Parameters& parameters, const QueryContext& context) {
        return search_.find_traces(parameters, context).and_then(traces_answer(context));
    };
    const auto get = [=, this](const Parameters& parameters, const QueryContext& context) {
        return lookup_.get_traces(parameters, context).and_then(traces_answer(context));
    };
    router.get(prefix + "/traces", route(QueryLane::scan, find));
    router.get(prefix + "/traceMany", route(QueryLane::lookup, get));
    router.get(
        prefix + "/dependencies",
        [this](const HttpRequest& request, const HttpResponder& responder) {
            ask_for_graph(parse_query_string(request.query), responder);
        }
    );
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

Router::Route ApiRoutes::route(QueryLane lane, Query query) {
    return [this,
            lane,
            query = std::move(query)](const HttpRequest& request, const HttpResponder& responder) {
        run(lane,
            responder,
            [&query, parameters = parse_query_string(request.query)](const QueryContext& context) {
                return query(parameters, context);
            });
    };
}

// The key is the window, whatever words asked for it, and what is stored: a graph that is asked for
// after a span was accepted has it.
void ApiRoutes::ask_for_graph(const Parameters& parameters, const HttpResponder& responder) {
    const Expected<query::GraphWindow> window = query::parse_graph_window(parameters, limits_);
    if (!window) return responder.send(error_response(window.error()));
    const std::string key = std::to_string(window->end_ts.count()) + " " +
                            std::to_string(window->lookback.count()) + " " +
                            std::to_string(storage_.changes());
    graphs_.answer(key, responder, [this, parameters](const QueryContext& context) {
        return graph_.dependencies(parameters, context).transform(links_json);
    });
}

void ApiRoutes::ask_for_trace(
    std::string_view prefix, const HttpRequest& request, const HttpResponder& responder
) {
    const std::optional<std::string> id = decode_path(request.path.substr(prefix.size()));
    if (!id || id->empty() || id->find('/') != std::string::npos) {
        return responder.send(transport::text_response(404, "not found"));
    }
    run(QueryLane::lookup, responder, [this, id = *id](const QueryContext& context) {
        return lookup_.get_trace(id, context).and_then([&](const storage::StoredTrace& trace) {
            return trace_json(trace, context).transform(json_response);
        });
    });
}

void ApiRoutes::run(
    QueryLane lane, const HttpResponder& responder, std::function<Answer(const QueryContext&)> query
) {
    const QueryPool::Context context = pool_.make_context();
    responder.when_disconnected([this, context] { pool_.cancel(context); });
    const bool is_waiting = pool_.submit(
        lane,
        context,
        [responder, query = std::move(query)](
            const Expected<void>& may_begin, const QueryContext& its_context
        ) {
            send_or_refuse(responder, [&] {
                return may_begin ? query(its_context) : Answer(may_begin.error());
            });
        }
    );
    if (!is_waiting) responder.send(error_response(too_busy()));
}

}  // namespace clew::web
