// SPDX-License-Identifier: Apache-2.0
#include "test/pipeline/zipkin_normal_form.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "clew/base/text.h"

namespace clew::testing {

namespace {

using nlohmann::json;

std::string padded(const std::string& id) {
    const std::size_t width = id.size() > 16 ? 32 : 16;
    std::string result = std::string(width - id.size(), '0') + id;
    if (width == 32 && result.substr(0, 16) == std::string(16, '0')) result.erase(0, 16);
    return result;
}

bool is_present(const json& object, const char* key) {
    return object.contains(key) && !object[key].is_null() && object[key] != "" &&
           object[key] != false && object[key] != 0;
}

void copy_endpoint(const json& from, json& to, const char* key) {
    if (!is_present(from, key)) return;
    json endpoint = json::object();
    if (is_present(from[key], "serviceName")) {
        endpoint["serviceName"] = lower_case(from[key]["serviceName"].get<std::string>());
    }
    for (const char* field : {"ipv4", "ipv6", "port"}) {
        if (is_present(from[key], field)) endpoint[field] = from[key][field];
    }
    if (!endpoint.empty()) to[key] = endpoint;
}

json annotations_of(const json& span) {
    std::vector<std::pair<std::int64_t, std::string>> annotations;
    for (const json& annotation : span["annotations"]) {
        annotations.emplace_back(
            annotation["timestamp"].get<std::int64_t>(), annotation["value"].get<std::string>()
        );
    }
    std::sort(annotations.begin(), annotations.end());
    annotations.erase(std::unique(annotations.begin(), annotations.end()), annotations.end());
    json list = json::array();
    for (const auto& [timestamp, value] : annotations) {
        list.push_back({{"timestamp", timestamp}, {"value", value}});
    }
    return list;
}

}  // namespace

json zipkin_normal_form(const json& span) {
    json normal = {
        {"traceId", padded(span["traceId"].get<std::string>())},
        {"id", padded(span["id"].get<std::string>())},
    };
    if (is_present(span, "parentId")) {
        const std::string parent = padded(span["parentId"].get<std::string>());
        if (parent != normal["id"] && parent != std::string(16, '0')) normal["parentId"] = parent;
    }
    for (const char* key : {"kind", "timestamp", "duration", "debug", "shared"}) {
        if (is_present(span, key)) normal[key] = span[key];
    }
    if (is_present(span, "name")) normal["name"] = lower_case(span["name"].get<std::string>());
    copy_endpoint(span, normal, "localEndpoint");
    copy_endpoint(span, normal, "remoteEndpoint");
    if (span.contains("annotations") && !span["annotations"].empty()) {
        normal["annotations"] = annotations_of(span);
    }
    if (span.contains("tags") && !span["tags"].empty()) normal["tags"] = span["tags"];
    return normal;
}

}  // namespace clew::testing
