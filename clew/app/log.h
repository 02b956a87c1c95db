// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server's log: one line per event on stderr, in logfmt for people or JSON for machines. Set up
// once by the program; nothing below app/ logs.
//
// Threads: log() from anywhere.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clew/base/expected.h"

namespace clew::app {

enum class LogLevel : std::uint8_t { info, warning, error };

using LogFields = std::vector<std::pair<std::string, std::string>>;

// `format` is "logfmt" or "json", `level` "info", "warn", "error" or "off". Errors:
// invalid_argument. Until it is called, lines are logfmt from "info" on.
Expected<void> configure_log(std::string_view format, std::string_view level);

void log(LogLevel level, std::string_view event, const LogFields& fields);

// One line without time and level: `event=ready page=http://... text="two words"`.
std::string logfmt_line(std::string_view event, const LogFields& fields);
// The same as members of a JSON object, without braces.
std::string json_members(std::string_view event, const LogFields& fields);

}  // namespace clew::app
