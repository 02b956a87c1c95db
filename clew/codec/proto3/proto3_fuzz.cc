// SPDX-License-Identifier: Apache-2.0
// Property: whatever the bytes, the decoder answers, and a refused message leaves no span behind.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "clew/codec/proto3/proto3_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    clew::codec::Proto3Decoder decoder;
    clew::model::SpanBuilder builder;
    const auto done = decoder.decode({reinterpret_cast<const char*>(bytes), size}, builder);
    if (!done && builder.size() != 0) std::abort();
    return 0;
}
