// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/proto3/proto3_decoder.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "clew/base/text.h"

namespace clew::codec {

namespace {

using Fields = wire::ProtobufReader;

constexpr std::size_t kIdBytesMax = 16;

// Fields of Zipkin's Span message.
enum SpanField : std::uint32_t {
    trace_id = 1,
    parent_id = 2,
    id = 3,
    kind = 4,
    name = 5,
    timestamp = 6,
    duration = 7,
    local_endpoint = 8,
    remote_endpoint = 9,
    annotations = 10,
    tags = 11,
    debug = 12,
    shared = 13
};

// An id as lower-hex text, which is how the model's rules look at it.
std::string id_text(Fields& fields) {
    constexpr char kDigits[] = "0123456789abcdef";
    const std::string_view bytes = fields.bytes();
    if (bytes.size() > kIdBytesMax) {
        const std::string length = std::to_string(bytes.size() * 2);
        fields.fail({Code::invalid_argument, "hex field greater than 32 chars long: " + length});
        return {};
    }
    std::string text;
    for (const char byte : bytes) {
        text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4U]);
        text.push_back(kDigits[byte & 0xf]);
    }
    return text;
}

void read_address(std::string_view bytes, model::Endpoint& endpoint) {
    if (bytes.size() == 4) {
        endpoint.ipv4.emplace();
        std::copy_n(bytes.begin(), 4, endpoint.ipv4->begin());
    } else if (bytes.size() == 16) {
        Ipv6Address address{};
        std::copy_n(bytes.begin(), 16, address.begin());
        const IpAddress read = ip_from_bytes16(address);
        if (read.v4) endpoint.ipv4 = read.v4;
        if (read.v6) endpoint.ipv6 = read.v6;
    }
}

// The current field as text. Bytes that are no UTF-8 are replaced: they could not be answered as
// JSON.
std::string_view read_text(Fields& fields, model::SpanBuilder& builder) {
    const std::string_view bytes = fields.bytes();
    if (is_valid_utf8(bytes)) return bytes;
    std::string text;
    append_valid_utf8(bytes, text);
    return builder.copy(text);
}

model::Endpoint read_endpoint(Fields& span, model::SpanBuilder& builder) {
    model::Endpoint endpoint;
    Fields fields = span.message();
    while (fields.next()) {
        switch (fields.number()) {
            case 1: endpoint.service_name = read_text(fields, builder); break;
            case 2:
            case 3: read_address(fields.bytes(), endpoint); break;
            case 4: {
                const auto port = static_cast<std::int32_t>(fields.varint());
                if (port > 0xffff) {
                    const std::string text = "invalid port " + std::to_string(port);
                    fields.fail({Code::invalid_argument, text});
                } else if (port > 0) {
                    endpoint.port = static_cast<std::uint16_t>(port);
                }
                break;
            }
            default: break;
        }
    }
    if (fields.failed()) span.fail(fields.error());
    return endpoint;
}

// An id that must be there and is empty, or not an id.
void fail_without(Fields& span, std::string_view id) {
    span.fail({Code::invalid_argument, std::string(id) + " == null"});
}

Error limit_error(std::string_view name, std::size_t limit) {
    return {Code::limit_exceeded, std::string(name) + " is " + std::to_string(limit)};
}

}  // namespace

Expected<void> Proto3Decoder::decode(std::string&& body, model::SpanBuilder& into) {
    const model::SpanBuilder::Mark before = into.mark();
    into.reserve_for_body(body.size());
    Fields list(into.adopt(std::move(body)));
    read_list(list, into);
    if (!list.failed()) return {};
    into.rollback(before);
    Error error = list.error();
    error.message += " reading List<Span> from proto3";
    return error;
}

void Proto3Decoder::read_list(Fields& list, model::SpanBuilder& into) const {
    Spans spans(into);
    std::size_t count = 0;
    while (list.next()) {
        if (list.number() != 1 || list.type() != Fields::WireType::length) continue;
        if (++count > limits_.spans_max)
            return list.fail(limit_error("spans_max", limits_.spans_max));
        read_span(list, spans);
    }
}

void Proto3Decoder::read_span(Fields& list, Spans& spans) const {
    Fields span = list.message();
    if (list.failed()) return;
    // Zipkin stops reading here, and loses what follows.
    if (span.is_empty()) {
        ++spans.builder().left_out().spans_empty;
        return;
    }
    spans.start();
    while (span.next()) {
        if (span.number() <= SpanField::duration) {
            read_span_field(span, spans);
        } else {
            read_side_field(span, spans);
        }
    }
    if (span.failed()) {
        spans.builder().drop_span();
        return list.fail(span.error());
    }
    if (const Expected<void> finished = spans.finish(); !finished) list.fail(finished.error());
}

void Proto3Decoder::read_span_field(Fields& span, Spans& spans) const {
    switch (span.number()) {
        case SpanField::trace_id: {
            const std::string text = id_text(span);
            if (text.empty()) return fail_without(span, "traceId");
            spans.set_trace_id(text);
            break;
        }
        case SpanField::parent_id: {
            const std::string text = id_text(span);
            if (!text.empty()) spans.set_parent_id(text);
            break;
        }
        case SpanField::id: {
            const std::string text = id_text(span);
            if (text.empty()) return fail_without(span, "id");
            spans.set_id(text);
            break;
        }
        case SpanField::kind: {
            const std::uint64_t number = span.varint();
            if (number <= 4) spans.set_kind(static_cast<model::Kind>(number));
            break;
        }
        case SpanField::name: spans.set_name(read_text(span, spans.builder())); break;
        case SpanField::timestamp:
            spans.set_timestamp(static_cast<std::int64_t>(span.fixed64()));
            break;
        case SpanField::duration:
            spans.set_duration(static_cast<std::int64_t>(span.varint()));
            break;
        default: break;
    }
}

void Proto3Decoder::read_side_field(Fields& span, Spans& spans) const {
    switch (span.number()) {
        case SpanField::local_endpoint:
            spans.set_local_endpoint(read_endpoint(span, spans.builder()));
            break;
        case SpanField::remote_endpoint:
            spans.set_remote_endpoint(read_endpoint(span, spans.builder()));
            break;
        case SpanField::annotations: read_annotation(span, spans); break;
        case SpanField::tags: read_tag(span, spans); break;
        case SpanField::debug: spans.set_debug(span.boolean()); break;
        case SpanField::shared: spans.set_shared(span.boolean()); break;
        default: break;
    }
}

void Proto3Decoder::read_annotation(Fields& span, Spans& spans) const {
    Fields fields = span.message();
    std::int64_t time = 0;
    std::string_view value;
    while (fields.next()) {
        if (fields.number() == 1) time = static_cast<std::int64_t>(fields.fixed64());
        if (fields.number() == 2) value = read_text(fields, spans.builder());
    }
    if (fields.failed()) return span.fail(fields.error());
    // What says no time or no text is left out, as Zipkin does.
    if (time == 0 || value.empty()) return;
    if (spans.builder().annotations().size() >= limits_.span_annotations_max) {
        return span.fail(limit_error("span_annotations_max", limits_.span_annotations_max));
    }
    spans.add_annotation(time, value);
}

void Proto3Decoder::read_tag(Fields& span, Spans& spans) const {
    Fields fields = span.message();
    std::string_view key;
    std::string_view value;
    while (fields.next()) {
        if (fields.number() == 1) key = read_text(fields, spans.builder());
        if (fields.number() == 2) value = read_text(fields, spans.builder());
    }
    if (fields.failed()) return span.fail(fields.error());
    if (key.empty()) return;  // as Zipkin does
    if (spans.builder().tags().size() >= limits_.span_tags_max) {
        return span.fail(limit_error("span_tags_max", limits_.span_tags_max));
    }
    spans.add_tag(key, value);
}

}  // namespace clew::codec
