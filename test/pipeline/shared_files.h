// SPDX-License-Identifier: Apache-2.0
#pragma once

// Real traces and the answers that are due for them, which lie outside the project: in the folder
// that the environment variable CLEW_SHARED names, else in `shared` beside the checkout. A clone
// without them skips what needs them.
//
// Threads: pure functions over files that do not change.

#include <optional>
#include <string>
#include <vector>

namespace clew::testing {

// The file's text. Nothing when it is not there.
std::optional<std::string> read_shared_file(const std::string& name);

// The lines of a file that is compressed with zstd, read through the tool of that name. Nothing
// when the file or the tool is not there.
std::optional<std::vector<std::string>> read_shared_lines(const std::string& name);

// What a skipped test says.
std::string why_skipped(const std::string& name);

}  // namespace clew::testing
