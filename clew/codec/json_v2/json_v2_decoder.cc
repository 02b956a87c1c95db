// SPDX-License-Identifier: Apache-2.0
#include "clew/codec/json_v2/json_v2_decoder.h"

#include <simdjson.h>

#include "clew/codec/json_v2/internal/json_v2_reader.h"
#include "clew/wire/lenient_json.h"

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
    const model::SpanBuilder::Mark before = into.mark();
    body.reserve(body.size() + kJsonBodyPaddingBytes);
    into.reserve_for_body(body.size());
    const std::string_view text = into.adopt(std::move(body));
    Expected<void> decoded = read(text, into);
    if (decoded) return {};
    into.rollback(before);
    if (decoded.error().code == Code::malformed) {
        auto strict = wire::as_strict_json(text, limits_.lenient_bytes_max, kJsonBodyPaddingBytes);
        if (!strict) {
            decoded = std::move(strict).error();
        } else if (*strict) {
            into.left_out().bytes_behind += static_cast<std::uint32_t>((*strict)->bytes_behind);
            decoded = read(into.adopt(std::move((*strict)->text)), into);
            if (decoded) return {};
            into.rollback(before);
        }
    }
    Error error = std::move(decoded).error();
    error.message += " reading List<Span> from json";
    return error;
}

Expected<void> JsonV2Decoder::read(std::string_view text, model::SpanBuilder& into) {
    JsonV2Reader reader(limits_, into);
    const simdjson::padded_string_view padded(
        text.data(), text.size(), text.size() + kJsonBodyPaddingBytes
    );
    simdjson::ondemand::document document;
    if (const auto error = parser_->parser.iterate(padded).get(document)) {
        reader.fail_json(error);
    } else {
        reader.read_list(document);
    }
    if (!reader.failed()) return {};
    return std::move(reader).error();
}

}  // namespace clew::codec
