// SPDX-License-Identifier: Apache-2.0
#pragma once

// The JSON of the query API's answers: compact, in Zipkin's order of keys. Spans are written by
// codec/json_v2, everything else here.
//
// Threads: pure functions.

#include <string>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/model/dependency_link.h"
#include "clew/storage/stored_trace.h"
#include "clew/transport/http/http_response.h"

namespace clew::web {

// 200 with application/json.
transport::HttpResponse json_response(std::string json);

// ["a","b"]
std::string names_json(const std::vector<std::string>& names);
// [{span},{span}]. Errors, of this and the next: those of the context.
Expected<std::string> trace_json(const storage::StoredTrace& trace, const QueryContext& context);
// [[{span}],[{span}]]; a trace without spans is left out, because the pages of the field read its
// first span.
Expected<std::string> traces_json(
    const std::vector<storage::StoredTrace>& traces, const QueryContext& context
);
// [{"parent":"a","child":"b","callCount":2,"errorCount":1}]; errorCount only when there are errors.
std::string links_json(const std::vector<model::DependencyLink>& links);

}  // namespace clew::web
