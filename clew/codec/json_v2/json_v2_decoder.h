// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads Zipkin's v2 JSON, the body of POST /api/v2/spans, as leniently as Zipkin does where a
// client may rely on it: unknown keys are skipped, null is absent, quoted numbers are numbers,
// numbers may be tag values. A body that is not strict JSON is read a second time with Zipkin's
// leniency (wire/lenient_json.h). Error texts are Zipkin's: "<cause> reading List<Span> from json".
// Texts without escapes are never copied: they stay in the received buffer.
//
// Threads: one at a time; keeps its parser's memory between calls.

#include <memory>
#include <string>
#include <string_view>

#include "clew/codec/json_v2/json_v2_limits.h"
#include "clew/codec/span_decoder.h"

namespace clew::codec {

// Spare bytes that the parser may read behind a body. A buffer with this much capacity beyond its
// size is decoded in place; one without is moved once.
inline constexpr std::size_t kJsonBodyPaddingBytes = 64;

class JsonV2Decoder final : public SpanDecoder {
public:
    explicit JsonV2Decoder(JsonV2Limits limits = {});
    ~JsonV2Decoder() override;

    Encoding encoding() const noexcept override { return Encoding::json_v2; }
    Expected<void> decode(std::string&& body, model::SpanBuilder& into) override;

    // Which of simdjson's kernels this machine runs, e.g. "icelake": benchmarks print it.
    static std::string kernel_name();

private:
    struct Parser;

    // `text` has the padding behind it, and belongs to the batch.
    Expected<void> read(std::string_view text, model::SpanBuilder& into);

    JsonV2Limits limits_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace clew::codec
