// SPDX-License-Identifier: Apache-2.0
#include "clew/app/config_file.h"

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>

#include <toml++/toml.h>

#include "clew/app/setting.h"

namespace clew::app {

namespace {

std::optional<std::string> text_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto truth = node.value_exact<bool>()) return written_value(*truth);
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto number = node.value_exact<double>()) return written_value(*number);
    const toml::array* list = node.as_array();
    if (list == nullptr) return std::nullopt;
    std::string joined;
    for (const toml::node& element : *list) {
        const std::optional<std::string> text =
            element.is_array() ? std::nullopt : text_of(element);
        if (!text) return std::nullopt;
        joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
}

Expected<void> collect(const toml::table& table, FileValues& values) {
    for (const auto& [key, node] : table) {
        if (const toml::table* inner = node.as_table()) {
            if (Expected<void> collected = collect(*inner, values); !collected) return collected;
            continue;
        }
        const std::optional<std::string> text = text_of(node);
        const std::string name(key.str());
        if (!text)
            return Error{Code::invalid_argument, name + " has a value that no setting takes"};
        values.emplace_back(name, *text);
    }
    return {};
}

}  // namespace

Expected<FileValues> read_config_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) return system_error("opening the configuration file " + path, errno);
    std::ostringstream content;
    content << file.rdbuf();
    try {
        FileValues values;
        Expected<void> collected = collect(toml::parse(content.str(), path), values);
        if (!collected) return std::move(collected).error().with_context(path);
        return values;
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return Error{
            Code::malformed,
            path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                std::string(error.description())};
    }
}

}  // namespace clew::app
