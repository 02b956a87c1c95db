// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/thrift_v1/thrift_v1_decoder.h"

#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "clew/base/ip_address.h"
#include "clew/base/text.h"
#include "clew/codec/thrift_v1/thrift_v1_fields.h"

namespace clew::codec {

namespace {

namespace fields = thrift_v1_fields;
using model::Endpoint;
using model::SpanBuilder;
using wire::ThriftField;
using wire::ThriftList;
using wire::ThriftReader;
using wire::ThriftType;

std::string_view valid_text(std::string_view text, SpanBuilder& into) {
    if (is_valid_utf8(text)) [[likely]]
        return text;
    std::string valid;
    append_valid_utf8(text, valid);
    return into.copy(valid);
}

Ipv4Address ipv4_of(std::int32_t octets) noexcept {
    const auto bits = static_cast<std::uint32_t>(octets);
    return {
        static_cast<std::uint8_t>(bits >> 24),
        static_cast<std::uint8_t>(bits >> 16),
        static_cast<std::uint8_t>(bits >> 8),
        static_cast<std::uint8_t>(bits)};
}

// A text of four bytes is an IPv4 address too, as Zipkin reads it; other sizes are no address.
void set_ip(std::string_view bytes, Endpoint& endpoint) noexcept {
    if (bytes.size() == 4) {
        Ipv4Address v4;
        std::memcpy(v4.data(), bytes.data(), v4.size());
        endpoint.ipv4 = v4;
    } else if (bytes.size() == 16) {
        Ipv6Address v6;
        std::memcpy(v6.data(), bytes.data(), v6.size());
        const IpAddress ip = ip_from_bytes16(v6);
        if (ip.v4) endpoint.ipv4 = ip.v4;
        if (ip.v6) endpoint.ipv6 = ip.v6;
    }
}

// Nothing for bytes that no text stands for: of another type, or of another size than the type's.
std::optional<model::Value> typed_value(std::int32_t type, std::string_view bytes) noexcept {
    constexpr std::size_t kSizes[] = {1, 0, 2, 4, 8, 8};  // of the types from bool to double
    if (type < fields::kTypeBool || type > fields::kTypeDouble || bytes.empty()) return {};
    if (bytes.size() != kSizes[type]) return {};
    std::uint64_t bits = 0;
    for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
    switch (type) {
        case fields::kTypeBool: return model::Value::of_boolean(bits != 0);
        case fields::kTypeInt16: return model::Value::of_int64(static_cast<std::int16_t>(bits));
        case fields::kTypeInt32: return model::Value::of_int64(static_cast<std::int32_t>(bits));
        case fields::kTypeInt64: return model::Value::of_int64(static_cast<std::int64_t>(bits));
        default: return model::Value::of_float64(std::bit_cast<double>(bits));
    }
}

Error while_reading(std::string_view what, Error error) {
    error.message.append(" reading ").append(what).append(" from TBinary");
    return error;
}

}  // namespace

Expected<void> ThriftV1Decoder::decode(std::string&& body, SpanBuilder& into) {
    constexpr std::string_view kList = "List<Span>";
    if (body.empty()) return {};
    const SpanBuilder::Mark before = into.mark();
    into.reserve_for_body(body.size());
    ThriftReader reader(into.adopt(std::move(body)));
    reader.read_byte();
    const std::int32_t count = reader.read_int32();
    if (!reader.ok()) return while_reading(kList, reader.error());
    if (count < 0) return while_reading(kList, {Code::malformed, "Malformed"});
    for (std::int32_t i = 0; i < count; ++i) {
        Expected<void> read = read_span(reader, into);
        if (read) continue;
        into.rollback(before);
        return while_reading(kList, std::move(read).error());
    }
    return {};
}

Expected<void> ThriftV1Decoder::decode_span(std::string_view bytes, SpanBuilder& into) {
    ThriftReader reader(bytes);
    const model::LeftOut before = into.left_out();
    Expected<void> read = read_span(reader, into);
    if (read) return {};
    into.left_out() = before;
    return while_reading("Span", std::move(read).error());
}

Expected<void> ThriftV1Decoder::read_span(ThriftReader& reader, SpanBuilder& into) {
    span_.clear();
    known_endpoints_ = {};
    read_fields(reader, into);
    if (!reader.ok()) return reader.error();
    return to_model_.convert(span_, into);
}

void ThriftV1Decoder::read_fields(ThriftReader& reader, SpanBuilder& into) {
    const auto for_each = [&](const auto& read_element) {
        const ThriftList list = reader.read_list();
        for (std::uint32_t i = 0; i < list.count && reader.ok(); ++i) {
            if (list.type == ThriftType::structure) {
                read_element();
            } else {
                reader.skip(list.type);
            }
        }
    };
    ThriftField field;
    while (reader.next_field(field)) {
        switch (fields::key(field)) {
            case fields::key(fields::kTraceId):
                span_.trace_id.low = static_cast<std::uint64_t>(reader.read_int64());
                break;
            case fields::key(fields::kTraceIdHigh):
                span_.trace_id.high = static_cast<std::uint64_t>(reader.read_int64());
                break;
            case fields::key(fields::kName):
                span_.name = valid_text(reader.read_text(), into);
                break;
            case fields::key(fields::kId):
                span_.id.value = static_cast<std::uint64_t>(reader.read_int64());
                break;
            case fields::key(fields::kParentId):
                span_.parent_id.value = static_cast<std::uint64_t>(reader.read_int64());
                break;
            case fields::key(fields::kAnnotations):
                for_each([&] { read_annotation(reader, into); });
                break;
            case fields::key(fields::kBinaryAnnotations):
                for_each([&] { read_binary_annotation(reader, into); });
                break;
            case fields::key(fields::kDebug): span_.debug = reader.read_byte() == 1; break;
            case fields::key(fields::kTimestamp): span_.timestamp = reader.read_int64(); break;
            case fields::key(fields::kDuration): span_.duration = reader.read_int64(); break;
            default: reader.skip(field.type);
        }
    }
}

void ThriftV1Decoder::read_annotation(ThriftReader& reader, SpanBuilder& into) {
    model::V1Annotation annotation;
    bool has_value = false;
    // As every writer orders them; what stands elsewhere is found below.
    if (reader.take_field(fields::kAnnotationTimestamp)) annotation.timestamp = reader.read_int64();
    if (reader.take_field(fields::kAnnotationValue)) {
        annotation.value = valid_text(reader.read_text(), into);
        has_value = true;
    }
    if (reader.take_field(fields::kAnnotationHost))
        annotation.endpoint = read_endpoint(reader, into);
    ThriftField field;
    while (reader.next_field(field)) {
        switch (fields::key(field)) {
            case fields::key(fields::kAnnotationTimestamp):
                annotation.timestamp = reader.read_int64();
                break;
            case fields::key(fields::kAnnotationValue):
                annotation.value = valid_text(reader.read_text(), into);
                has_value = true;
                break;
            case fields::key(fields::kAnnotationHost):
                annotation.endpoint = read_endpoint(reader, into);
                break;
            default: reader.skip(field.type);
        }
    }
    if (has_value && annotation.timestamp != 0) span_.annotations.push_back(annotation);
}

void ThriftV1Decoder::read_binary_annotation(ThriftReader& reader, SpanBuilder& into) {
    model::V1BinaryAnnotation annotation;
    bool has_key = false;
    bool has_value = false;
    std::int32_t type = -1;
    if (reader.take_field(fields::kBinaryKey)) {
        annotation.key = valid_text(reader.read_text(), into);
        has_key = true;
    }
    if (reader.take_field(fields::kBinaryValue)) {
        annotation.value = reader.read_text();
        has_value = true;
    }
    if (reader.take_field(fields::kBinaryType)) type = reader.read_int32();
    if (reader.take_field(fields::kBinaryHost)) annotation.endpoint = read_endpoint(reader, into);
    ThriftField field;
    while (reader.next_field(field)) {
        switch (fields::key(field)) {
            case fields::key(fields::kBinaryKey):
                annotation.key = valid_text(reader.read_text(), into);
                has_key = true;
                break;
            case fields::key(fields::kBinaryValue):
                annotation.value = reader.read_text();  // may be binary
                has_value = true;
                break;
            case fields::key(fields::kBinaryType): type = reader.read_int32(); break;
            case fields::key(fields::kBinaryHost):
                annotation.endpoint = read_endpoint(reader, into);
                break;
            default: reader.skip(field.type);
        }
    }
    if (!has_key || !has_value) return;
    if (type == fields::kTypeString) {
        annotation.value = valid_text(annotation.value, into);
        span_.binary_annotations.push_back(annotation);
        return;
    }
    const bool is_address =
        annotation.key == "sa" || annotation.key == "ca" || annotation.key == "ma";
    if (!is_address) return add_typed(annotation, type, into);
    const bool is_true = type == fields::kTypeBool && annotation.value == "\1";
    if (!is_true || annotation.endpoint == 0) {
        ++into.left_out().tags;
        return;
    }
    annotation.type = model::V1BinaryAnnotation::Type::address;
    annotation.value = {};
    span_.binary_annotations.push_back(annotation);
}

// Zipkin keeps nothing of these; a number says as much as a text that spells it.
void ThriftV1Decoder::add_typed(
    model::V1BinaryAnnotation annotation, std::int32_t type, SpanBuilder& into
) {
    const std::optional<model::Value> value = typed_value(type, annotation.value);
    if (!value) {
        ++into.left_out().tags;
        return;
    }
    std::string text;
    value->append_text(text);
    annotation.value = into.copy(text);
    span_.binary_annotations.push_back(annotation);
}

std::uint32_t ThriftV1Decoder::read_endpoint(ThriftReader& reader, SpanBuilder& into) {
    for (const KnownEndpoint& known : known_endpoints_) {
        if (!known.bytes.empty() && reader.skip_equal(known.bytes)) return known.number;
    }
    const char* begin = reader.position();
    Endpoint endpoint;
    ThriftField field;
    while (reader.next_field(field)) {
        switch (fields::key(field)) {
            case fields::key(fields::kIpv4):
                if (const std::int32_t octets = reader.read_int32(); octets != 0) {
                    endpoint.ipv4 = ipv4_of(octets);
                }
                break;
            case fields::key(fields::kPort):
                endpoint.port = static_cast<std::uint16_t>(reader.read_int16());
                break;
            case fields::key(fields::kServiceName):
                endpoint.service_name = valid_text(reader.read_text(), into);
                break;
            case fields::key(fields::kIpv6): set_ip(reader.read_text(), endpoint); break;
            default: reader.skip(field.type);
        }
    }
    if (!reader.ok()) return 0;
    const std::string_view bytes(begin, static_cast<std::size_t>(reader.position() - begin));
    const std::uint32_t number = span_.add_endpoint(endpoint);
    known_endpoints_[known_endpoints_[0].bytes.empty() ? 0 : 1] = {bytes, number};
    return number;
}

}  // namespace clew::codec
