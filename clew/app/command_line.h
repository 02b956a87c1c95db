// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the arguments of `clew`: a subcommand and its flags, one per setting, and what only a
// command line can say (which configuration file, --help, --version).
//
// Threads: a pure function.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "clew/app/setting.h"
#include "clew/base/expected.h"

namespace clew::app {

struct CommandLine {
    // Name of a setting and its text, in the order of the table.
    std::vector<std::pair<std::string, std::string>> values;
    std::string config_file;        // empty: none was named
    bool prints_reference = false;  // --print-config-reference
    // Not empty: print this and exit 0, nothing else was asked for (--help, --version).
    std::string answer;
};

// Errors: invalid_argument, a sentence and a hint at --help.
Expected<CommandLine> parse_command_line(
    std::span<const char* const> arguments, std::span<const Setting> settings
);

}  // namespace clew::app
