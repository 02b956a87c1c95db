// SPDX-License-Identifier: Apache-2.0
// Property: whatever the text, decoding stays within its room; the kernels agree; bytes that are
// encoded come back, with and without a line break somewhere.
#include "clew/wire/base64.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "clew/wire/internal/base64_kernel.h"

namespace {

using std::string_view_literals::operator""sv;

// Exactly as large as promised, so that the address sanitizer sees a byte too many.
clew::Expected<std::string> decode(std::string_view text) {
    std::vector<char> room(clew::wire::base64_decoded_bytes_max(text.size()));
    const auto size = clew::wire::decode_base64_mime(text, room.data());
    if (!size) return size.error();
    return std::string(room.data(), *size);
}

void expect(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    if (!decode(input)) return 0;

    std::string text;
    clew::wire::append_base64(input, text);
    expect(*decode(text) == input);
    const std::size_t group = size == 0 ? 0 : text.size() / 4 * bytes[0] / 256 * 4;
    text.insert(group, "\r\n"sv);
    expect(*decode(text) == input);

    if (!clew::wire::has_base64_avx2()) return 0;
    std::vector<char> one(clew::wire::base64_decoded_bytes_max(size));
    std::vector<char> other(one.size());
    const std::size_t used = clew::wire::decode_groups_by_table(input, one.data());
    expect(clew::wire::decode_groups_by_avx2(input, other.data()) == used);
    one.resize(used / 4 * 3);
    other.resize(used / 4 * 3);
    expect(one == other);
    return 0;
}
