// SPDX-License-Identifier: Apache-2.0
// Property: whatever the bytes, a walk over them ends, stays inside them, and once failed gives
// nothing more.
#include "clew/wire/thrift_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void expect(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using clew::wire::ThriftField;
    using clew::wire::ThriftReader;
    using clew::wire::ThriftType;

    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    ThriftReader reader(input);
    reader.skip(ThriftType::structure);
    expect(reader.bytes_left() <= size);
    if (reader.ok()) {
        ThriftReader again(input);
        expect(again.skip_equal(input.substr(0, size - reader.bytes_left())));
        return 0;
    }
    expect(!reader.error().message.empty());
    ThriftField field;
    expect(!reader.next_field(field));
    expect(reader.read_int64() == 0 && reader.read_text().empty() && reader.read_list().count == 0);
    return 0;
}
