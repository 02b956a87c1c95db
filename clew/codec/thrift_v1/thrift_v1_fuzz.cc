// SPDX-License-Identifier: Apache-2.0
// Property: whatever the bytes, the decoder answers; what it accepts it can write, and it reads
// every span of that again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "clew/codec/thrift_v1/thrift_v1_decoder.h"
#include "clew/codec/thrift_v1/thrift_v1_encoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static clew::codec::ThriftV1Decoder decoder;
    static clew::codec::ThriftV1Encoder encoder;
    clew::model::SpanBuilder builder;
    std::string body(reinterpret_cast<const char*>(bytes), size);
    if (!decoder.decode(std::move(body), builder)) {
        if (builder.size() != 0) std::abort();
        return 0;
    }
    const clew::model::SpanBatch batch = builder.finish();
    std::string written;
    encoder.append_list(batch, written);
    if (!decoder.decode(std::move(written), builder)) std::abort();
    if (builder.size() < batch.size()) std::abort();
    return 0;
}
