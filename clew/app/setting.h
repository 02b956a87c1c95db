// SPDX-License-Identifier: Apache-2.0
#pragma once

// One thing that an operator can set about a program: a flag, a key of the configuration file, and
// variables of the environment, all by the same name. A program has one table of them; --help, the
// reference page, the start-up line and the reading of all three sources are made from it.
//
// Lifetime: a setting reads and writes a field of a configuration that outlives it.
// Threads: one at a time.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/expected.h"

namespace clew::app {

struct Setting {
    std::string group;  // heading of --help and of the reference page
    std::string name;   // "port": the flag --port, the key `port` of the file
    // Zipkin's and older names of the variable; the own one is made from the name.
    std::vector<std::string> environment;
    std::string help;        // one sentence, without a full stop
    std::string value_name;  // what stands for the value in --help, e.g. "N"
    bool is_switch = false;  // true or false: --name and --no-name

    // Errors: invalid_argument, saying what would be right.
    std::function<Expected<void>(std::string_view)> set;
    // In the form in which set() takes it.
    std::function<std::string()> get;
};

// The variable that is a setting's own: "CLEW_SERVE_" and the name in upper case.
std::string own_variable(std::string_view name);

// Reading and writing of values. Numbers may end in KiB, MiB or GiB; times in us, ms, s, m, h or d;
// lists are separated by commas.
Expected<void> read_value(std::string_view text, bool& value);
Expected<void> read_value(std::string_view text, std::string& value);
Expected<void> read_value(std::string_view text, std::uint16_t& value);
Expected<void> read_value(std::string_view text, std::uint32_t& value);
Expected<void> read_value(std::string_view text, std::uint64_t& value);
Expected<void> read_value(std::string_view text, int& value);
Expected<void> read_value(std::string_view text, double& value);
Expected<void> read_value(std::string_view text, std::chrono::milliseconds& value);
Expected<void> read_value(std::string_view text, std::chrono::seconds& value);
Expected<void> read_value(std::string_view text, std::vector<std::string>& value);

std::string written_value(bool value);
std::string written_value(const std::string& value);
std::string written_value(std::uint64_t value);
std::string written_value(double value);
std::string written_value(std::chrono::milliseconds value);
std::string written_value(std::chrono::seconds value);
std::string written_value(const std::vector<std::string>& value);
inline std::string written_value(std::uint16_t value) {
    return written_value(std::uint64_t{value});
}
inline std::string written_value(std::uint32_t value) {
    return written_value(std::uint64_t{value});
}
inline std::string written_value(int value) { return std::to_string(value); }

// "N", "ADDRESS" and so on, by type.
constexpr std::string_view value_name_of(const bool&) { return "BOOL"; }
constexpr std::string_view value_name_of(const std::string&) { return "TEXT"; }
constexpr std::string_view value_name_of(const double&) { return "NUMBER"; }
constexpr std::string_view value_name_of(const std::chrono::milliseconds&) { return "TIME"; }
constexpr std::string_view value_name_of(const std::chrono::seconds&) { return "TIME"; }
constexpr std::string_view value_name_of(const std::vector<std::string>&) { return "LIST"; }
template <typename Number>
constexpr std::string_view value_name_of(const Number&) {
    return "N";
}

// A setting of one field. Requires: the field outlives it.
template <typename Field>
Setting make_setting(
    std::string name, Field& field, std::vector<std::string> environment, std::string help
) {
    Setting setting;
    setting.name = std::move(name);
    setting.environment = std::move(environment);
    setting.help = std::move(help);
    setting.value_name = value_name_of(field);
    setting.is_switch = std::is_same_v<Field, bool>;
    setting.set = [&field](std::string_view text) { return read_value(text, field); };
    setting.get = [&field] { return written_value(field); };
    return setting;
}

}  // namespace clew::app
