// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/json_v2/json_v2_encoder.h"

#include <charconv>
#include <string_view>

#include "clew/base/json_text.h"

namespace clew::codec {

namespace {

void append_integer(std::int64_t value, std::string& out) {
    char text[20];
    out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

// Appends `,"key":` or, for the first member, `"key":`. Keys are literals without escapes.
void append_key(std::string_view key, std::string& out) {
    if (out.back() != '{') out.push_back(',');
    out.push_back('"');
    out.append(key);
    out.append("\":");
}

void append_endpoint(const model::Endpoint& endpoint, std::string& out) {
    out.push_back('{');
    if (!endpoint.service_name.empty()) {
        append_key("serviceName", out);
        append_json_string(endpoint.service_name, out);
    }
    if (endpoint.ipv4) {
        append_key("ipv4", out);
        out.push_back('"');
        append_ip(*endpoint.ipv4, out, endpoint.ipv4_zeros);
        out.push_back('"');
    }
    if (endpoint.ipv6) {
        append_key("ipv6", out);
        out.push_back('"');
        append_ip(*endpoint.ipv6, out);
        out.push_back('"');
    }
    if (endpoint.port != 0) {
        append_key("port", out);
        append_integer(endpoint.port, out);
    }
    out.push_back('}');
}

void append_ids(const model::Span& span, std::string& out) {
    out.append("\"traceId\":\"");
    span.trace_id().append_hex(out);
    if (!span.parent_id().is_zero()) {
        out.append("\",\"parentId\":\"");
        span.parent_id().append_hex(out);
    }
    out.append("\",\"id\":\"");
    span.id().append_hex(out);
    out.push_back('"');
}

void append_annotations(const model::Span& span, std::string& out) {
    append_key("annotations", out);
    char open = '[';
    for (const model::Annotation& annotation : span.annotations()) {
        out.push_back(open);
        open = ',';
        out.append("{\"timestamp\":");
        append_integer(annotation.time.us, out);
        out.append(",\"value\":");
        append_json_string(annotation.value, out);
        out.push_back('}');
    }
    out.push_back(']');
}

void append_tags(const model::Span& span, std::string& out) {
    append_key("tags", out);
    char open = '{';
    std::string text;  // only for values that are no text yet
    for (const model::Tag& tag : span.tags()) {
        out.push_back(open);
        open = ',';
        append_json_string(tag.key, out);
        out.push_back(':');
        if (tag.value.is_text()) {
            append_json_string(tag.value.text(), out);
        } else {
            text.clear();
            tag.value.append_text(text);
            append_json_string(text, out);
        }
    }
    out.push_back('}');
}

}  // namespace

void append_json_v2(const model::Span& span, std::string& out) {
    out.push_back('{');
    append_ids(span, out);
    if (span.kind() != model::Kind::none) {
        out.append(",\"kind\":\"");
        out.append(model::kind_name(span.kind()));
        out.push_back('"');
    }
    if (!span.name().empty()) {
        append_key("name", out);
        append_json_string(span.name(), out);
    }
    if (span.timestamp().us != 0) {
        append_key("timestamp", out);
        append_integer(span.timestamp().us, out);
    }
    if (span.duration().us != 0) {
        append_key("duration", out);
        append_integer(span.duration().us, out);
    }
    if (const model::Endpoint* local = span.local_endpoint()) {
        append_key("localEndpoint", out);
        append_endpoint(*local, out);
    }
    if (const model::Endpoint* remote = span.remote_endpoint()) {
        append_key("remoteEndpoint", out);
        append_endpoint(*remote, out);
    }
    if (!span.annotations().empty()) append_annotations(span, out);
    if (!span.tags().empty()) append_tags(span, out);
    if (span.debug()) out.append(",\"debug\":true");
    if (span.shared()) out.append(",\"shared\":true");
    out.push_back('}');
}

void append_json_v2_list(std::span<const model::Span> spans, std::string& out) {
    out.push_back('[');
    bool first = true;
    for (const model::Span& span : spans) {
        if (!first) out.push_back(',');
        first = false;
        append_json_v2(span, out);
    }
    out.push_back(']');
}

void JsonV2Encoder::append_list(const model::SpanBatch& batch, std::string& out) {
    out.push_back('[');
    bool first = true;
    for (const model::Span span : batch) {
        if (!first) out.push_back(',');
        first = false;
        append_json_v2(span, out);
    }
    out.push_back(']');
}

}  // namespace clew::codec
