// SPDX-License-Identifier: Apache-2.0
#pragma once

// The walk over one v2 JSON body that JsonV2Decoder makes: simdjson's on-demand values in, rows of
// a SpanBuilder out. The first error is kept and ends the walk. Included by json_v2_decoder.cc and
// json_v2_reader.cc only, since simdjson is a heavy header.
//
// Threads: one at a time.

#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "clew/base/error.h"
#include "clew/codec/json_v2/json_v2_limits.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::codec {

class JsonV2Reader {
public:
    JsonV2Reader(const JsonV2Limits& limits, model::SpanBuilder& into)
        : limits_(limits), builder_(into), span_(into) {}

    // Appends all spans of the list at the document's root.
    void read_list(simdjson::ondemand::document& document);

    // The parser's own error: malformed, but for one that says that there is no memory.
    void fail_json(simdjson::error_code error);
    void fail_malformed() { fail(Code::malformed, "Malformed"); }
    bool failed() const noexcept { return failed_; }
    Error error() && { return std::move(error_); }

private:
    using JsonObject = simdjson::ondemand::object;
    using JsonArray = simdjson::ondemand::array;
    using JsonValue = simdjson::ondemand::value;
    using JsonField = simdjson::ondemand::field;

    void read_span(JsonValue& value);
    void read_member(std::string_view key, JsonValue& value);
    model::Endpoint read_endpoint(JsonValue& value, std::string_view key);
    void read_endpoint_member(std::string_view key, JsonValue& value, model::Endpoint& endpoint);
    void read_annotations(JsonValue& value);
    void read_annotation(JsonValue& value);
    void read_tags(JsonValue& value);
    void read_kind(JsonValue& value);
    // Walks over a value that nobody asked for, so that what is wrong inside it is still found.
    // `depth`: lists and objects around it.
    void skip(JsonValue& value, std::size_t depth);
    void skip_object(JsonValue& value, std::size_t depth);
    void skip_array(JsonValue& value, std::size_t depth);

    // The text of a key or a value; escapes are resolved into the builder's arena.
    std::string_view read_key(JsonField& field);
    std::string_view read_text(JsonValue& value, std::string_view key);
    // Out of the way of what nearly every text and every time is.
    [[gnu::noinline]] std::string_view read_number_text(
        JsonValue& value, char first, std::string_view key
    );
    std::int64_t read_integer(JsonValue& value, std::string_view key);
    [[gnu::noinline]] std::int64_t read_unusual_integer(JsonValue& value, std::string_view key);
    std::uint16_t read_port(JsonValue& value);
    bool read_boolean(JsonValue& value, std::string_view key);

    void fail(Code code, std::string message);
    void fail_type(std::string_view expected, char first, std::string_view key);
    void fail_number(std::string_view expected, std::string_view number, std::string_view key);
    void fail_limit(std::string_view name, std::size_t limit);
    std::string path(std::string_view key) const;

    const JsonV2Limits& limits_;
    model::SpanBuilder& builder_;
    model::ZipkinSpanBuilder span_;
    std::size_t span_index_ = 0;
    std::size_t tag_count_ = 0;
    std::size_t annotation_count_ = 0;
    bool failed_ = false;
    Error error_;
};

}  // namespace clew::codec
