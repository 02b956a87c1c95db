// SPDX-License-Identifier: Apache-2.0
// Property: whatever the bytes, the decoder answers; what it accepts it can write, and reading that
// again gives the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "clew/codec/json_v2/json_v2_decoder.h"
#include "clew/codec/json_v2/json_v2_encoder.h"

namespace {

// Empty when the body is refused.
std::string round_trip(std::string body) {
    static clew::codec::JsonV2Decoder decoder;
    clew::model::SpanBuilder builder;
    if (!decoder.decode(std::move(body), builder)) return {};
    std::string out;
    clew::codec::JsonV2Encoder().append_list(builder.finish(), out);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string once = round_trip({reinterpret_cast<const char*>(bytes), size});
    if (!once.empty() && round_trip(once) != once) std::abort();
    return 0;
}
