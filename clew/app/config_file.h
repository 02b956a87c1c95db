// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a configuration file in TOML: one key per setting, named like its flag. Tables are only for
// the eye: their names say nothing.
//
// Threads: a pure function but for the file.

#include <string>
#include <utility>
#include <vector>

#include "clew/base/expected.h"

namespace clew::app {

// Key and value as text, in the order of the file's keys. Lists become texts with commas.
using FileValues = std::vector<std::pair<std::string, std::string>>;

// Errors: io (cannot be opened), malformed (with line and column), invalid_argument (a value that
// no setting can be: a date, a list of tables).
Expected<FileValues> read_config_file(const std::string& path);

}  // namespace clew::app
