// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads spans in Zipkin's oldest format: thrift structs of its first model, one in each scribe
// entry, or a list of them in a body. Each becomes one or more spans (model/v1). Strings stay where
// they were received; bytes that are not UTF-8 become U+FFFD, as Zipkin reads them. Numbers and
// booleans become text tags; bytes are left out and counted.
//
// Threads: one at a time; make one per thread, it keeps scratch memory.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "clew/codec/span_decoder.h"
#include "clew/model/v1/v1_span.h"
#include "clew/model/v1/v1_to_model.h"
#include "clew/wire/thrift_reader.h"

namespace clew::codec {

class ThriftV1Decoder final : public SpanDecoder {
public:
    Encoding encoding() const noexcept override { return Encoding::thrift_v1; }

    // A list: an element type, which is not looked at, a count, that many structs. An empty body
    // holds no spans. Errors end in "reading List<Span> from TBinary".
    Expected<void> decode(std::string&& body, model::SpanBuilder& into) override;

    // One struct; what stands behind it is not looked at. Appends one or more spans. Errors end in
    // "reading Span from TBinary", and `into` is as it was.
    // Requires: the batch owns the bytes.
    Expected<void> decode_span(std::string_view bytes, model::SpanBuilder& into);

private:
    Expected<void> read_span(wire::ThriftReader& reader, model::SpanBuilder& into);
    void read_fields(wire::ThriftReader& reader, model::SpanBuilder& into);
    void read_annotation(wire::ThriftReader& reader, model::SpanBuilder& into);
    void read_binary_annotation(wire::ThriftReader& reader, model::SpanBuilder& into);
    [[gnu::noinline]] void add_typed(
        model::V1BinaryAnnotation annotation, std::int32_t type, model::SpanBuilder& into
    );
    std::uint32_t read_endpoint(wire::ThriftReader& reader, model::SpanBuilder& into);

    model::V1Span span_;
    model::V1ToModel to_model_;
    // Every annotation repeats its endpoint, and few records name more than two: the same bytes
    // again are the same number again.
    struct KnownEndpoint {
        std::string_view bytes;  // empty: none
        std::uint32_t number = 0;
    };
    std::array<KnownEndpoint, 2> known_endpoints_;
};

}  // namespace clew::codec
