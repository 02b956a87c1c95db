// SPDX-License-Identifier: Apache-2.0
#pragma once

// Query behaviour as text: spans in, a question, the rows that are due. One file, one behaviour;
// its first line says which. Blocks are divided by empty lines; lines that begin with # say
// nothing.
//
//     storage strict_trace_id=false        options, before the first spans; optional
//
//     spans                                one batch (model/testing/span_text.h)
//     trace=a id=1 at=1000 local=frontend
//
//     ask traces serviceName=frontend&endTs=10&lookback=10
//     000000000000000a
//
// A question is a path of Zipkin's query API with its parameters, not URL-encoded: traces, trace,
// traceMany, services, spans, remoteServices, dependencies, autocompleteKeys, autocompleteValues;
// or one about how a trace is understood: merged, tree. Rows are trace ids (traces), "id:" and
// spans (trace, traceMany, merged), names, "parent > child calls errors" (dependencies), indented
// span ids (tree), or "! " and the text of a refusal.
//
// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace clew::testing {

// What did not come out as written, one sentence each; empty when all of it did.
std::vector<std::string> run_query_script(std::string_view script);

}  // namespace clew::testing
