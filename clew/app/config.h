// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fills a program's settings from its file, its environment and its command line, in this order, so
// that a flag wins over a variable and a variable over the file. The only reader of the outside
// world's wishes in a server; what it does not understand is an error where it was written for clew
// and a warning where it was written for Zipkin.
//
// Threads: called once, at the start.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clew/app/command_line.h"
#include "clew/app/config_file.h"
#include "clew/app/setting.h"
#include "clew/base/expected.h"

namespace clew::app {

// "NAME=value", as environ holds them.
using Environment = std::vector<std::string>;

// The environment of this process.
Environment process_environment();

struct ConfigSources {
    FileValues file;
    Environment environment;
    CommandLine command_line;
};

// Sets every setting that a source names. Returns warnings, one sentence each. Errors:
// invalid_argument, naming the flag, variable or key; then some settings may be set already.
Expected<std::vector<std::string>> apply_config(
    const ConfigSources& sources, std::span<const Setting> settings
);

// The names that tables of a configuration file may have: the groups, in lower case.
std::vector<std::string> config_tables(std::span<const Setting> settings);

// A setting's value as a log may show it: without the user and the password of a URL.
std::string loggable_value(const Setting& setting);

// All settings as a Markdown table, in groups: docs/reference/configuration.md.
std::string config_reference(std::span<const Setting> settings);

}  // namespace clew::app
