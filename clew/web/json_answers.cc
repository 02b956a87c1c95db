// SPDX-License-Identifier: Apache-2.0
#include "clew/web/json_answers.h"

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

std::string trace_json(const storage::StoredTrace& trace) {
    std::string json;
    codec::append_json_v2_list(trace.spans, json);
    return json;
}

std::string traces_json(const std::vector<storage::StoredTrace>& traces) {
    std::string json = "[";
    for (const storage::StoredTrace& trace : traces) {
        if (trace.spans.empty()) continue;
        if (json.size() > 1) json.push_back(',');
        codec::append_json_v2_list(trace.spans, json);
    }
    json.push_back(']');
    return json;
}

std::string links_json(const std::vector<model::DependencyLink>& links) {
    return list_json(links, append_link);
}

}  // namespace clew::web
