// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads Zipkin's protobuf list of spans, the body of POST /api/v2/spans with the content type
// application/x-protobuf. Texts are not copied: they stay in the received buffer. Fields that
// Zipkin does not know are stepped over. Error texts are Zipkin's: "<cause> reading List<Span> from
// proto3".
//
// Threads: one at a time; has no memory between calls.

#include <string>

#include "clew/codec/proto3/proto3_limits.h"
#include "clew/codec/span_decoder.h"
#include "clew/model/zipkin_span_builder.h"
#include "clew/wire/protobuf_reader.h"

namespace clew::codec {

class Proto3Decoder final : public SpanDecoder {
public:
    explicit Proto3Decoder(Proto3Limits limits = {}) : limits_(limits) {}

    Encoding encoding() const noexcept override { return Encoding::proto3; }
    Expected<void> decode(std::string&& body, model::SpanBuilder& into) override;

private:
    using Fields = wire::ProtobufReader;
    using Spans = model::ZipkinSpanBuilder;

    void read_list(Fields& list, model::SpanBuilder& into) const;
    void read_span(Fields& list, Spans& spans) const;
    void read_span_field(Fields& span, Spans& spans) const;
    void read_side_field(Fields& span, Spans& spans) const;
    void read_annotation(Fields& span, Spans& spans) const;
    void read_tag(Fields& span, Spans& spans) const;

    Proto3Limits limits_;
};

}  // namespace clew::codec
