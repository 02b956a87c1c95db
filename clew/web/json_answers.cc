// SPDX-License-Identifier: Apache-2.0
#include "clew/web/json_answers.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "clew/base/json_text.h"
#include "clew/codec/json_v2/json_v2_encoder.h"

namespace clew::web {

namespace {

// Writes "[", the elements with commas between, "]".
template <typename Elements, typename Append>
std::string list_json(const Elements& elements, Append append) {
    std::string json = "[";
    for (const auto& element : elements) {
        if (json.size() > 1) json.push_back(',');
        append(element, json);
    }
    json.push_back(']');
    return json;
}

void append_link(const model::DependencyLink& link, std::string& json) {
    json.append("{\"parent\":");
    append_json_string(link.parent, json);
    json.append(",\"child\":");
    append_json_string(link.child, json);
    json.append(",\"callCount\":").append(std::to_string(link.call_count));
    if (link.error_count != 0) {
        json.append(",\"errorCount\":").append(std::to_string(link.error_count));
    }
    json.push_back('}');
}

// In pieces of as many spans as the meter counts. False: the query gives up.
bool append_trace(const storage::StoredTrace& trace, QueryMeter& meter, std::string& json) {
    std::span<const model::Span> spans = trace.spans;
    const std::size_t begin = json.size();
    do {
        const auto piece = spans.first(std::min(spans.size(), QueryMeter::kRowsPerCheck));
        if (!meter.may_go_on(piece.size())) return false;
        const bool is_first = json.size() == begin;
        if (!is_first) json.pop_back();
        const std::size_t at = json.size();
        codec::append_json_v2_list(piece, json);
        if (!is_first) json[at] = ',';  // two lists become one
        spans = spans.subspan(piece.size());
    } while (!spans.empty());
    return true;
}

}  // namespace

transport::HttpResponse json_response(std::string json) {
    transport::HttpResponse response;
    response.content_type = "application/json";
    response.body = std::move(json);
    return response;
}

std::string names_json(const std::vector<std::string>& names) {
    return list_json(names, [](const std::string& name, std::string& json) {
        append_json_string(name, json);
    });
}

Expected<std::string> trace_json(const storage::StoredTrace& trace, const QueryContext& context) {
    std::string json;
    QueryMeter meter(context);
    if (!append_trace(trace, meter, json)) return meter.verdict().error();
    return json;
}

Expected<std::string> traces_json(
    const std::vector<storage::StoredTrace>& traces, const QueryContext& context
) {
    std::string json = "[";
    QueryMeter meter(context);
    for (const storage::StoredTrace& trace : traces) {
        if (trace.spans.empty()) continue;
        if (json.size() > 1) json.push_back(',');
        if (!append_trace(trace, meter, json)) return meter.verdict().error();
    }
    json.push_back(']');
    return json;
}

std::string links_json(const std::vector<model::DependencyLink>& links) {
    return list_json(links, append_link);
}

}  // namespace clew::web
