// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes spans in Zipkin's oldest format, for scribe: each as one thrift struct of the first model
// (model/v1), fields in the order in which Zipkin's reporters write them, both lists always there.
// Twin of thrift_v1_decoder.h.
//
// Threads: one at a time, it keeps scratch memory.

#include <string>

#include "clew/codec/span_encoder.h"
#include "clew/model/v1/model_to_v1.h"
#include "clew/model/v1/v1_span.h"

namespace clew::codec {

class ThriftV1Encoder final : public SpanEncoder {
public:
    Encoding encoding() const noexcept override { return Encoding::thrift_v1; }

    void append_span(const model::Span& span, std::string& out) override;

    // Element type, count, structs.
    void append_list(const model::SpanBatch& batch, std::string& out) override;

private:
    model::ModelToV1 to_v1_;
    model::V1Span record_;
};

}  // namespace clew::codec
