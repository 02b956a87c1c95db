// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"

#include <cstdint>
#include <string_view>

#include "clew/codec/thrift_v1/thrift_v1_fields.h"
#include "clew/wire/thrift_writer.h"

namespace clew::codec {

namespace {

namespace fields = thrift_v1_fields;
using model::Endpoint;
using model::V1Annotation;
using model::V1BinaryAnnotation;
using model::V1Span;
using wire::ThriftField;
using wire::ThriftType;
using wire::ThriftWriter;

std::int64_t signed_bits(std::uint64_t value) noexcept { return static_cast<std::int64_t>(value); }

std::int32_t octets_of(const Endpoint& endpoint) noexcept {
    if (!endpoint.ipv4) return 0;
    std::uint32_t bits = 0;
    for (const std::uint8_t octet : *endpoint.ipv4) bits = bits << 8 | octet;
    return static_cast<std::int32_t>(bits);
}

void write_endpoint(const Endpoint& endpoint, ThriftWriter& writer) {
    writer.int32_field(fields::kIpv4.id, octets_of(endpoint));
    writer.field(fields::kPort.type, fields::kPort.id);
    writer.write_int16(static_cast<std::int16_t>(endpoint.port));
    writer.text_field(fields::kServiceName.id, endpoint.service_name);
    if (endpoint.ipv6) {
        const auto* bytes = reinterpret_cast<const char*>(endpoint.ipv6->data());
        writer.text_field(fields::kIpv6.id, {bytes, endpoint.ipv6->size()});
    }
    writer.stop();
}

void write_host(
    const ThriftField& field, const V1Span& record, std::uint32_t endpoint, ThriftWriter& writer
) {
    if (endpoint == 0) return;
    writer.field(field.type, field.id);
    write_endpoint(record.endpoint(endpoint), writer);
}

void write_annotations(const V1Span& record, ThriftWriter& writer) {
    writer.field(fields::kAnnotations.type, fields::kAnnotations.id);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(record.annotations.size()));
    for (const V1Annotation& annotation : record.annotations) {
        writer.int64_field(fields::kAnnotationTimestamp.id, annotation.timestamp);
        writer.text_field(fields::kAnnotationValue.id, annotation.value);
        write_host(fields::kAnnotationHost, record, annotation.endpoint, writer);
        writer.stop();
    }
}

void write_binary_annotations(const V1Span& record, ThriftWriter& writer) {
    writer.field(fields::kBinaryAnnotations.type, fields::kBinaryAnnotations.id);
    writer.list(
        ThriftType::structure, static_cast<std::uint32_t>(record.binary_annotations.size())
    );
    for (const V1BinaryAnnotation& annotation : record.binary_annotations) {
        const bool is_text = annotation.type == V1BinaryAnnotation::Type::text;
        writer.text_field(fields::kBinaryKey.id, annotation.key);
        writer.text_field(fields::kBinaryValue.id, is_text ? annotation.value : "\1");
        writer.int32_field(
            fields::kBinaryType.id, is_text ? fields::kTypeString : fields::kTypeBool
        );
        write_host(fields::kBinaryHost, record, annotation.endpoint, writer);
        writer.stop();
    }
}

}  // namespace

void ThriftV1Encoder::append_span(const model::Span& span, std::string& out) {
    to_v1_.convert(span, record_);
    ThriftWriter writer(out);
    writer.int64_field(fields::kTraceId.id, signed_bits(record_.trace_id.low));
    writer.text_field(fields::kName.id, record_.name);
    writer.int64_field(fields::kId.id, signed_bits(record_.id.value));
    if (!record_.parent_id.is_zero()) {
        writer.int64_field(fields::kParentId.id, signed_bits(record_.parent_id.value));
    }
    write_annotations(record_, writer);
    write_binary_annotations(record_, writer);
    if (record_.debug) writer.bool_field(fields::kDebug.id, true);
    if (record_.timestamp != 0) writer.int64_field(fields::kTimestamp.id, record_.timestamp);
    if (record_.duration != 0) writer.int64_field(fields::kDuration.id, record_.duration);
    if (record_.trace_id.high != 0) {
        writer.int64_field(fields::kTraceIdHigh.id, signed_bits(record_.trace_id.high));
    }
    writer.stop();
}

void ThriftV1Encoder::append_list(const model::SpanBatch& batch, std::string& out) {
    ThriftWriter writer(out);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(batch.size()));
    for (const model::Span span : batch) append_span(span, out);
}

}  // namespace clew::codec
