// SPDX-License-Identifier: Apache-2.0
#include "clew/app/config_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

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

// Fills `values` from a file's tables.
class Collector {
public:
    explicit Collector(std::span<const std::string> tables) : tables_(tables) {}

    Expected<void> collect(const toml::table& table) {
        for (const auto& [key, node] : table) {
            const toml::table* inner = node.as_table();
            const std::string name(key.str());
            Expected<void> collected = inner != nullptr ? enter(name, *inner) : add(name, node);
            if (!collected) return collected;
        }
        return {};
    }

    FileValues take() { return std::move(values_); }

private:
    Expected<void> enter(const std::string& name, const toml::table& table) {
        if (std::ranges::find(tables_, name) != tables_.end()) return collect(table);
        std::string known;
        for (const std::string& one : tables_) known += (known.empty() ? "" : ", ") + one;
        return Error{
            Code::invalid_argument, "there is no table [" + name + "]; tables are: " + known};
    }

    Expected<void> add(const std::string& name, const toml::node& node) {
        const std::optional<std::string> text = text_of(node);
        if (!text) {
            return Error{Code::invalid_argument, name + " has a value that no setting takes"};
        }
        values_.emplace_back(name, *text);
        return {};
    }

    const std::span<const std::string> tables_;
    FileValues values_;
};

// A device or a pipe may never end.
Expected<std::string> content_of(const std::string& path) {
    if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
        return system_error("opening the configuration file " + path, EISDIR);
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return system_error("opening the configuration file " + path, errno);
    std::string content(kConfigFileBytesMax + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (file.bad()) return system_error("reading the configuration file " + path, errno);
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (content.size() <= kConfigFileBytesMax) return content;
    return Error{
        Code::limit_exceeded,
        "the configuration file " + path + " is larger than " +
            std::to_string(kConfigFileBytesMax) + " bytes"};
}

}  // namespace

Expected<FileValues> read_config_file(
    const std::string& path, std::span<const std::string> tables
) {
    Expected<std::string> content = content_of(path);
    if (!content) return std::move(content).error();
    try {
        Collector collector(tables);
        Expected<void> collected = collector.collect(toml::parse(*content, path));
        if (!collected) return std::move(collected).error().with_context(path);
        return collector.take();
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return Error{
            Code::malformed,
            path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                std::string(error.description())};
    }
}

}  // namespace clew::app
