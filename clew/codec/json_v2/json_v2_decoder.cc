// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/json_v2/json_v2_decoder.h"

#include <simdjson.h>

#include "clew/codec/json_v2/internal/json_v2_reader.h"

namespace clew::codec {

static_assert(kJsonBodyPaddingBytes >= simdjson::SIMDJSON_PADDING);

struct JsonV2Decoder::Parser {
    simdjson::ondemand::parser parser;
};

JsonV2Decoder::JsonV2Decoder(JsonV2Limits limits)
    : limits_(limits), parser_(std::make_unique<Parser>()) {}

JsonV2Decoder::~JsonV2Decoder() = default;

std::string JsonV2Decoder::kernel_name() { return simdjson::get_active_implementation()->name(); }

Expected<void> JsonV2Decoder::decode(std::string&& body, model::SpanBuilder& into) {
    const std::size_t spans_before = into.size();
    body.reserve(body.size() + kJsonBodyPaddingBytes);
    into.reserve_for_body(body.size());
    const std::string_view text = into.adopt(std::move(body));

    JsonV2Reader reader(limits_, into);
    const simdjson::padded_string_view padded(
        text.data(), text.size(), text.size() + kJsonBodyPaddingBytes
    );
    simdjson::ondemand::document document;
    if (parser_->parser.iterate(padded).get(document) != simdjson::SUCCESS) {
        reader.fail_malformed();
    } else {
        reader.read_list(document);
    }
    if (!reader.failed()) return {};
    while (into.size() > spans_before) into.drop_span();
    Error error = std::move(reader).error();
    error.message += " reading List<Span> from json";
    return error;
}

}  // namespace clew::codec
