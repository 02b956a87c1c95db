// SPDX-License-Identifier: Apache-2.0
#include "clew/app/config.h"

#include <algorithm>
#include <array>
#include <optional>

#include <unistd.h>

#include "clew/base/text.h"

namespace clew::app {

namespace {

// Parts of Zipkin's server that clew does not have: its variables are told about, not obeyed.
constexpr std::array<std::string_view, 12> kForeignPrefixes = {
    "ES_",
    "CASSANDRA_",
    "MYSQL_",
    "KAFKA_",
    "RABBIT_",
    "ACTIVEMQ_",
    "PULSAR_",
    "EUREKA_",
    "SELF_TRACING_",
    "STORAGE_THROTTLE",
    "ARMERIA_",
    "COLLECTOR_GRPC_"};

std::optional<std::string_view> value_of(const Environment& environment, std::string_view name) {
    for (const std::string& entry : environment) {
        if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
            return std::string_view(entry).substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::vector<std::string> variables_of(const Setting& setting) {
    std::vector<std::string> names = {own_variable(setting.name)};
    names.insert(names.end(), setting.environment.begin(), setting.environment.end());
    return names;
}

Expected<void> set(const Setting& setting, std::string_view text, const std::string& source) {
    Expected<void> done = setting.set(text);
    if (!done) return std::move(done).error().with_context(source);
    return {};
}

const Setting* find(std::span<const Setting> settings, std::string_view name) {
    const auto found = std::ranges::find(settings, name, &Setting::name);
    return found == settings.end() ? nullptr : &*found;
}

Expected<void> apply_file(const FileValues& values, std::span<const Setting> settings) {
    for (const auto& [key, text] : values) {
        const Setting* setting = find(settings, key);
        if (setting == nullptr) {
            return Error{
                Code::invalid_argument,
                "the configuration file has a key that is no setting: " + key};
        }
        if (Expected<void> done = set(*setting, text, "key " + key); !done) return done;
    }
    return {};
}

// The first variable that is set counts; an empty one is not set.
Expected<void> apply_environment(
    const Environment& environment, std::span<const Setting> settings
) {
    for (const Setting& setting : settings) {
        for (const std::string& variable : variables_of(setting)) {
            const std::optional<std::string_view> text = value_of(environment, variable);
            if (!text || text->empty()) continue;
            if (Expected<void> done = set(setting, *text, "variable " + variable); !done) {
                return done;
            }
            break;
        }
    }
    return {};
}

std::vector<std::string> warnings_about(
    const Environment& environment, std::span<const Setting> settings
) {
    std::vector<std::string> warnings;
    for (const std::string& entry : environment) {
        const std::string name = entry.substr(0, entry.find('='));
        const bool is_foreign = std::ranges::any_of(
            kForeignPrefixes, [&name](std::string_view prefix) { return name.starts_with(prefix); }
        );
        if (is_foreign) warnings.push_back(name + " is ignored: clew has no such part");
        if (!name.starts_with("CLEW_SERVE_")) continue;
        const bool is_known = std::ranges::any_of(settings, [&name](const Setting& setting) {
            return own_variable(setting.name) == name;
        });
        if (!is_known) warnings.push_back(name + " is ignored: there is no such setting");
    }
    return warnings;
}

}  // namespace

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        environment.emplace_back(*entry);
    }
    return environment;
}

Expected<std::vector<std::string>> apply_config(
    const ConfigSources& sources, std::span<const Setting> settings
) {
    Expected<void> done = apply_file(sources.file, settings);
    if (done) done = apply_environment(sources.environment, settings);
    if (!done) return std::move(done).error();
    for (const auto& [name, text] : sources.command_line.values) {
        const Setting* setting = find(settings, name);
        CLEW_ASSERT(setting != nullptr);
        done = set(*setting, text, "flag --" + name);
        if (!done) return std::move(done).error();
    }
    return warnings_about(sources.environment, settings);
}

std::vector<std::string> config_tables(std::span<const Setting> settings) {
    std::vector<std::string> tables;
    for (const Setting& setting : settings) {
        std::string table = lower_case(setting.group);
        if (tables.empty() || tables.back() != table) tables.push_back(std::move(table));
    }
    return tables;
}

std::string loggable_value(const Setting& setting) {
    std::string text = setting.get();
    std::size_t at = 0;
    while ((at = text.find("//", at)) != std::string::npos) {
        at += 2;
        const std::size_t end = std::min(text.find_first_of("/?#,", at), text.size());
        const std::size_t sign = text.rfind('@', end);
        if (sign != std::string::npos && sign >= at && sign < end)
            text.replace(at, sign - at, "***");
    }
    return text;
}

std::string config_reference(std::span<const Setting> settings) {
    std::string page;
    std::string group;
    for (const Setting& setting : settings) {
        if (setting.group != group) {
            group = setting.group;
            page += (page.empty() ? "### " : "\n### ") + group +
                    "\n\n| Flag and key | Default | Environment | Meaning |\n|---|---|---|---|\n";
        }
        std::string variables;
        for (const std::string& name : variables_of(setting)) {
            variables += (variables.empty() ? "`" : ", `") + name + "`";
        }
        const std::string value = setting.get();
        page += "| `--" + setting.name + "` | " + (value.empty() ? "" : "`" + value + "`") + " | " +
                variables + " | " + setting.help + " |\n";
    }
    return page;
}

}  // namespace clew::app
