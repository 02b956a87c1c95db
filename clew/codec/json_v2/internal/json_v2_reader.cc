// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/json_v2/internal/json_v2_reader.h"

#include <cstring>
#include <limits>

#include "clew/base/text.h"
#include "clew/codec/json_v2/internal/string_scan.h"
#include "clew/wire/java_number.h"

namespace clew::codec {

namespace {

namespace ondemand = simdjson::ondemand;

// The value of a result that holds one, in place: copying fields and values about cost a third of
// the whole walk (16-byte loads over two fresh 8-byte stores).
template <typename T>
T& inside(simdjson::simdjson_result<T>& result) noexcept {
    T&& value = std::move(result).value_unsafe();
    return value;
}

// First byte of a value: enough to know its type. Zero at the end of a truncated document.
char first_byte(ondemand::value& value) {
    const std::string_view token = value.raw_json_token();
    return token.empty() ? '\0' : token.front();
}

bool is_null(char first) noexcept { return first == 'n'; }
bool is_number(char first) noexcept { return first == '-' || (first >= '0' && first <= '9'); }

std::string_view trimmed_token(ondemand::value& value) {
    std::string_view token = value.raw_json_token();
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
    return token;
}

// Lists and objects around the values of each, for the limit of depth.
constexpr std::size_t kSpanDepth = 2;
constexpr std::size_t kEndpointDepth = 3;
constexpr std::size_t kAnnotationDepth = 4;

// Gson's name of a JSON type, which Zipkin's error texts carry.
std::string_view type_name(char first) noexcept {
    switch (first) {
        case '"': return "STRING";
        case '{': return "BEGIN_OBJECT";
        case '[': return "BEGIN_ARRAY";
        case 't':
        case 'f': return "BOOLEAN";
        case 'n': return "NULL";
        default: return is_number(first) ? "NUMBER" : "END_DOCUMENT";
    }
}

// In place: a call for each comparison costs more than the comparison.
template <std::size_t N>
[[gnu::always_inline]] inline bool is(std::string_view text, const char (&word)[N]) noexcept {
    return text.size() == N - 1 && std::memcmp(text.data(), word, N - 1) == 0;
}

enum class Member : std::uint8_t {
    unknown,
    trace_id,
    id,
    parent_id,
    name,
    kind,
    tags,
    annotations,
    local_endpoint,
    remote_endpoint,
    timestamp,
    duration,
    shared,
    debug
};

// By length first: no two keys need more than two comparisons.
Member member_of(std::string_view key) noexcept {
    switch (key.size()) {
        case 2: return is(key, "id") ? Member::id : Member::unknown;
        case 4:
            if (is(key, "tags")) return Member::tags;
            if (is(key, "name")) return Member::name;
            return is(key, "kind") ? Member::kind : Member::unknown;
        case 5: return is(key, "debug") ? Member::debug : Member::unknown;
        case 6: return is(key, "shared") ? Member::shared : Member::unknown;
        case 7: return is(key, "traceId") ? Member::trace_id : Member::unknown;
        case 8:
            if (is(key, "parentId")) return Member::parent_id;
            return is(key, "duration") ? Member::duration : Member::unknown;
        case 9: return is(key, "timestamp") ? Member::timestamp : Member::unknown;
        case 11: return is(key, "annotations") ? Member::annotations : Member::unknown;
        case 13: return is(key, "localEndpoint") ? Member::local_endpoint : Member::unknown;
        case 14: return is(key, "remoteEndpoint") ? Member::remote_endpoint : Member::unknown;
        default: return Member::unknown;
    }
}

}  // namespace

void JsonV2Reader::fail(Code code, std::string message) {
    if (failed_) return;
    failed_ = true;
    error_ = {code, std::move(message)};
}

void JsonV2Reader::fail_json(simdjson::error_code error) {
    if (error == simdjson::MEMALLOC || error == simdjson::CAPACITY) {
        return fail(Code::overloaded, "out of memory, try again later");
    }
    fail_malformed();
}

std::string JsonV2Reader::path(std::string_view key) const {
    std::string out = "$[" + std::to_string(span_index_) + "]";
    if (!key.empty()) out.append(".").append(key);
    return out;
}

void JsonV2Reader::fail_type(std::string_view expected, char first, std::string_view key) {
    // Where an object or a list should stand, Zipkin says no more than this.
    if (expected == "BEGIN_OBJECT" || expected == "BEGIN_ARRAY" ||
        type_name(first) == "END_DOCUMENT") {
        return fail_malformed();
    }
    std::string message = "Expected ";
    message.append(expected).append(" but was ").append(type_name(first));
    message.append(" at path ").append(path(key));
    fail(Code::malformed, std::move(message));
}

// A value as an error shows it: whoever sent 32 MB of it need not get them back.
std::string_view shown(std::string_view value) {
    constexpr std::size_t kShownBytesMax = 256;
    return value.substr(0, kShownBytesMax);
}

void JsonV2Reader::fail_number(
    std::string_view expected, std::string_view number, std::string_view key
) {
    std::string message = "Expected ";
    message.append(expected).append(" but was ").append(shown(number));
    message.append(" at path ").append(path(key));
    fail(Code::malformed, std::move(message));
}

void JsonV2Reader::fail_limit(std::string_view name, std::size_t limit) {
    std::string message(name);
    message.append(" is ").append(std::to_string(limit)).append(" at ").append(path({}));
    fail(Code::limit_exceeded, std::move(message));
}

void JsonV2Reader::read_list(ondemand::document& document) {
    JsonArray list;
    if (document.get_array().get(list) != simdjson::SUCCESS) return fail_malformed();
    for (auto element : list) {
        if (element.error() != simdjson::SUCCESS) return fail_malformed();
        JsonValue& value = inside(element);
        if (span_index_ >= limits_.spans_max) return fail_limit("spans_max", limits_.spans_max);
        read_span(value);
        if (failed_) return;
        ++span_index_;
    }
    // Something behind the list.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) fail_malformed();
}

void JsonV2Reader::read_span(JsonValue& value) {
    JsonObject object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return fail_malformed();
    span_.start();
    tag_count_ = 0;
    annotation_count_ = 0;
    for (auto member : object) {
        if (member.error() != simdjson::SUCCESS) return fail_malformed();
        JsonField& field = inside(member);
        const std::string_view key = read_key(field);
        if (failed_) return;
        read_member(key, field.value());
        if (failed_) return;
    }
    Expected<void> finished = span_.finish();
    if (!finished) {
        failed_ = true;
        error_ = std::move(finished).error();
    }
}

void JsonV2Reader::read_member(std::string_view key, JsonValue& value) {
    const Member member = member_of(key);
    const bool required = member == Member::trace_id || member == Member::id;
    // Null is absent for every key but the two that must be there.
    if (!required && is_null(first_byte(value))) return skip(value, kSpanDepth);
    switch (member) {
        case Member::trace_id: {
            const std::string_view text = read_text(value, key);
            if (!failed_) span_.set_trace_id(text);
            return;
        }
        case Member::id: {
            const std::string_view text = read_text(value, key);
            if (!failed_) span_.set_id(text);
            return;
        }
        case Member::parent_id: {
            const std::string_view text = read_text(value, key);
            if (!failed_) span_.set_parent_id(text);
            return;
        }
        case Member::name: return span_.set_name(read_text(value, key));
        case Member::kind: return read_kind(value);
        case Member::tags: return read_tags(value);
        case Member::annotations: return read_annotations(value);
        case Member::local_endpoint: return span_.set_local_endpoint(read_endpoint(value, key));
        case Member::remote_endpoint: return span_.set_remote_endpoint(read_endpoint(value, key));
        case Member::timestamp: return span_.set_timestamp(read_integer(value, key));
        case Member::duration: return span_.set_duration(read_integer(value, key));
        // Repeated flags add up: true stays true.
        case Member::shared: return read_boolean(value, key) ? span_.set_shared(true) : void();
        case Member::debug: return read_boolean(value, key) ? span_.set_debug(true) : void();
        case Member::unknown: return skip(value, kSpanDepth);
    }
}

void JsonV2Reader::read_kind(JsonValue& value) {
    const std::string_view text = read_text(value, "kind");
    if (failed_) return;
    const auto kind = model::parse_kind(text);
    if (!kind) {
        return fail(
            Code::invalid_argument, "No enum constant zipkin2.Span.Kind." + std::string(shown(text))
        );
    }
    span_.set_kind(*kind);
}

model::Endpoint JsonV2Reader::read_endpoint(JsonValue& value, std::string_view key) {
    model::Endpoint endpoint;
    JsonObject object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        fail_type("BEGIN_OBJECT", first_byte(value), key);
        return endpoint;
    }
    for (auto member : object) {
        if (member.error() != simdjson::SUCCESS) {
            fail_malformed();
            break;
        }
        JsonField& field = inside(member);
        const std::string_view name = read_key(field);
        if (!failed_) read_endpoint_member(name, field.value(), endpoint);
        if (failed_) break;
    }
    return endpoint;
}

void JsonV2Reader::read_endpoint_member(
    std::string_view key, JsonValue& value, model::Endpoint& endpoint
) {
    if (is_null(first_byte(value))) return skip(value, kEndpointDepth);
    if (is(key, "serviceName")) {
        endpoint.service_name = read_text(value, key);
    } else if (is(key, "ipv4") || is(key, "ipv6")) {
        // Either key takes either family; text that is no address is no error.
        const IpAddress address = parse_ip(read_text(value, key));
        if (address.v4) {
            endpoint.ipv4 = address.v4;
            endpoint.ipv4_zeros = address.v4_zeros;
        }
        if (address.v6) endpoint.ipv6 = address.v6;
    } else if (is(key, "port")) {
        endpoint.port = read_port(value);
    } else {
        skip(value, kEndpointDepth);
    }
}

void JsonV2Reader::read_annotations(JsonValue& value) {
    JsonArray list;
    if (value.get_array().get(list) != simdjson::SUCCESS) {
        return fail_type("BEGIN_ARRAY", first_byte(value), "annotations");
    }
    for (auto element : list) {
        if (element.error() != simdjson::SUCCESS) return fail_malformed();
        JsonValue& annotation = inside(element);
        if (++annotation_count_ > limits_.span_annotations_max) {
            return fail_limit("span_annotations_max", limits_.span_annotations_max);
        }
        read_annotation(annotation);
        if (failed_) return;
    }
}

void JsonV2Reader::read_annotation(JsonValue& value) {
    JsonObject object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        return fail_type("BEGIN_OBJECT", first_byte(value), "annotations");
    }
    std::int64_t timestamp = 0;
    std::string_view text;
    bool has_timestamp = false;
    bool has_text = false;
    for (auto member : object) {
        if (member.error() != simdjson::SUCCESS) return fail_malformed();
        JsonField& field = inside(member);
        const std::string_view key = read_key(field);
        if (failed_) return;
        if (is(key, "timestamp")) {
            timestamp = read_integer(field.value(), "annotations.timestamp");
            has_timestamp = true;
        } else if (is(key, "value")) {
            text = read_text(field.value(), "annotations.value");
            has_text = true;
        } else {
            skip(field.value(), kAnnotationDepth);
        }
        if (failed_) return;
    }
    if (!has_timestamp || !has_text) {
        const std::string index = "annotations[" + std::to_string(annotation_count_ - 1) + "]";
        return fail(Code::invalid_argument, "Incomplete annotation at " + path(index));
    }
    span_.add_annotation(timestamp, text);
}

void JsonV2Reader::read_tags(JsonValue& value) {
    JsonObject object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        return fail_type("BEGIN_OBJECT", first_byte(value), "tags");
    }
    for (auto member : object) {
        if (member.error() != simdjson::SUCCESS) return fail_malformed();
        JsonField& field = inside(member);
        const std::string_view key = read_key(field);
        if (failed_) return;
        if (++tag_count_ > limits_.span_tags_max) {
            return fail_limit("span_tags_max", limits_.span_tags_max);
        }
        JsonValue& tag_value = field.value();
        if (is_null(first_byte(tag_value))) {
            return fail(Code::invalid_argument, "No value at " + path("tags." + std::string(key)));
        }
        const std::string_view text = read_text(tag_value, "tags");
        if (failed_) return;
        span_.add_tag(key, text);
    }
}

std::string_view JsonV2Reader::read_key(JsonField& field) {
    const char* begin = field.key().raw();
    const StringEnd end = scan_string(begin);
    if (!end.has_escape) return {begin, end.size};
    std::string_view text;
    if (field.unescaped_key().get(text) != simdjson::SUCCESS) {
        fail_malformed();
        return {};
    }
    return builder_.copy(text);
}

std::string_view JsonV2Reader::read_text(JsonValue& value, std::string_view key) {
    const std::string_view token = value.raw_json_token();
    const char first = token.empty() ? '\0' : token.front();
    if (first != '"') return read_number_text(value, first, key);
    const StringEnd end = scan_string(token.data() + 1);
    if (!end.has_escape) {
        ondemand::raw_json_string consumed;
        if (value.get_raw_json_string().get(consumed) != simdjson::SUCCESS) fail_malformed();
        return {token.data() + 1, end.size};
    }
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        fail_malformed();
        return {};
    }
    return builder_.copy(text);
}

std::string_view JsonV2Reader::read_number_text(
    JsonValue& value, char first, std::string_view key
) {
    if (!is_number(first)) {
        fail_type("a string", first, key);
        return {};
    }
    // Not consumed: the walk around it steps over it.
    const std::string_view number = trimmed_token(value);
    if (!wire::is_json_number(number)) fail_malformed();
    return number;
}

std::int64_t JsonV2Reader::read_integer(JsonValue& value, std::string_view key) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) == simdjson::SUCCESS) return number;
    return read_unusual_integer(value, key);
}

// In quotes, with an exponent, or too large: as Zipkin takes them.
std::int64_t JsonV2Reader::read_unusual_integer(JsonValue& value, std::string_view key) {
    const char first = first_byte(value);
    if (first != '"' && !is_number(first)) {
        fail_type("a long", first, key);
        return 0;
    }
    const std::string_view text = read_text(value, key);
    if (failed_) return 0;
    std::int64_t number = 0;
    switch (wire::read_java_long(text, number)) {
        case wire::JavaNumber::whole: return number;
        case wire::JavaNumber::not_whole: fail_number("a long", text, key); return 0;
        case wire::JavaNumber::none: break;
    }
    const std::string_view trimmed = trim(text);
    fail(
        Code::malformed,
        trimmed.empty() ? "empty String"
                        : "For input string: \"" + std::string(shown(trimmed)) + "\""
    );
    return 0;
}

// Zipkin reads an int, and says so; what an int has below 1 is absent.
std::uint16_t JsonV2Reader::read_port(JsonValue& value) {
    const std::int64_t port = read_integer(value, "port");
    using Int = std::numeric_limits<std::int32_t>;
    if (port < Int::min() || port > Int::max()) {
        fail_number("an int", std::to_string(port), "port");
    } else if (port > 0xffff) {
        fail(Code::invalid_argument, "invalid port " + std::to_string(port));
    }
    return failed_ || port < 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(port);
}

bool JsonV2Reader::read_boolean(JsonValue& value, std::string_view key) {
    bool result = false;
    if (value.get_bool().get(result) != simdjson::SUCCESS) {
        fail_type("a boolean", first_byte(value), key);
    }
    return result;
}

void JsonV2Reader::skip(JsonValue& value, std::size_t depth) {
    const char first = first_byte(value);
    if ((first == '{' || first == '[') && depth >= limits_.depth_max) {
        return fail_limit("depth_max", limits_.depth_max);
    }
    switch (first) {
        case '{': return skip_object(value, depth);
        case '[': return skip_array(value, depth);
        case 'n': {
            bool null = false;
            if (value.is_null().get(null) != simdjson::SUCCESS || !null) fail_malformed();
            return;
        }
        case 't':
        case 'f': {
            bool unused = false;
            if (value.get_bool().get(unused) != simdjson::SUCCESS) fail_malformed();
            return;
        }
        default: read_text(value, {}); return;
    }
}

void JsonV2Reader::skip_object(JsonValue& value, std::size_t depth) {
    JsonObject object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return fail_malformed();
    for (auto member : object) {
        if (member.error() != simdjson::SUCCESS) return fail_malformed();
        JsonField& field = inside(member);
        skip(field.value(), depth + 1);
        if (failed_) return;
    }
}

void JsonV2Reader::skip_array(JsonValue& value, std::size_t depth) {
    JsonArray array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return fail_malformed();
    for (auto element : array) {
        if (element.error() != simdjson::SUCCESS) return fail_malformed();
        JsonValue& item = inside(element);
        skip(item, depth + 1);
        if (failed_) return;
    }
}

}  // namespace clew::codec
