// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a configuration file in TOML: one key per setting, named like its flag. Tables are for the
// eye; each is named like a group of settings.
//
// Threads: a pure function but for the file.

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "clew/base/expected.h"

namespace clew::app {

// Key and value as text, in the order of the file's keys. Lists become texts with commas.
using FileValues = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kConfigFileBytesMax = 1024 * 1024;

// `tables` are the names that tables may have. Errors: io (cannot be opened or read),
// limit_exceeded (larger than kConfigFileBytesMax, as a device is), malformed (with line and
// column), invalid_argument (an unknown table; a value that no setting can be: a date, a list of
// tables).
Expected<FileValues> read_config_file(const std::string& path, std::span<const std::string> tables);

}  // namespace clew::app
