// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON strings as Zipkin writes them, byte for byte: only `"`, `\`, controls and the two line
// separators U+2028/2029 are escaped, everything else is raw UTF-8.
//
// Threads: pure functions.

#include <string>
#include <string_view>

namespace clew {

// Appends the text in quotes.
void append_json_string(std::string_view text, std::string& out);

}  // namespace clew
