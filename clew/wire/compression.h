// SPDX-License-Identifier: Apache-2.0
#pragma once

// gzip for message bodies. Senders compress what they send (a body of spans shrinks to a seventh),
// and some would have a small body inflate to a gigabyte: so inflating has a limit on what comes
// out, and the text never takes more memory than that.
//
// Threads: pure functions.

#include <cstddef>
#include <string>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::wire {

// Appends what all members of the gzip stream hold. As lenient as Zipkin: a trailer that is missing
// or cut, a stream that was flushed and never ended, and bytes behind it that are not a member are
// taken; a checksum that is there must be right. On an error `out` holds what it held before.
// Errors: limit_exceeded, when `out` would grow by more than bytes_max; malformed, when the bytes
// are not gzip, are cut short, or fail their checksum; overloaded, when there is no memory.
// Capacity beyond the text: at least `padding` bytes, for parsers that read in wide steps.
Expected<void> gunzip(
    std::string_view compressed, std::size_t bytes_max, std::size_t padding, std::string& out
);

// Appends a gzip stream of one member. `level` is 1 (fast) to 12 (small).
void gzip(std::string_view text, int level, std::string& out);

}  // namespace clew::wire
