// SPDX-License-Identifier: Apache-2.0
#include "clew/app/command_line.h"

#include <deque>

#include <CLI/CLI.hpp>

#include "clew/app/version.h"

namespace clew::app {

namespace {

// What CLI11 writes into while it parses; addresses must not change.
struct Given {
    const Setting* setting = nullptr;
    CLI::Option* option = nullptr;
    CLI::Option* negation = nullptr;
    std::string text;
};

std::string help_of(const Setting& setting) {
    const std::string default_text = setting.get();
    return setting.help + (default_text.empty() ? "" : " [" + default_text + "]");
}

void add_setting(CLI::App& serve, const Setting& setting, Given& given) {
    given.setting = &setting;
    given.option = serve.add_option("--" + setting.name, given.text, help_of(setting));
    given.option->group(setting.group)->type_name(setting.value_name);
    if (setting.is_switch) {
        // "--scribe" alone means true, "--no-scribe" means false.
        given.option->expected(0, 1);
        given.negation = serve.add_flag("--no-" + setting.name)->group("");
    }
}

Expected<CommandLine> failure(const CLI::App& app, const CLI::ParseError& error) {
    CommandLine line;
    if (dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr) {
        const CLI::App* asked = app.got_subcommand("serve") ? app.get_subcommand("serve") : &app;
        line.answer = asked->help(asked == &app ? "" : "clew");
        return line;
    }
    if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr) {
        line.answer = version_line() + "\n";
        return line;
    }
    return Error{Code::invalid_argument, std::string(error.what()) + " (try: clew serve --help)"};
}

}  // namespace

Expected<CommandLine> parse_command_line(
    std::span<const char* const> arguments, std::span<const Setting> settings
) {
    CLI::App app("clew: distributed tracing, from the line of code to the page.", "clew");
    app.set_version_flag("--version", version_line(), "Print the version and exit");
    app.require_subcommand(1);
    CLI::App* serve = app.add_subcommand(
        "serve",
        "Collects, stores and shows traces: a Zipkin server in one program.\n"
        "Every option may also be set in the file or in the environment; "
        "a flag wins over the environment, the environment over the file."
    );
    CommandLine line;
    serve
        ->add_option(
            "--config", line.config_file, "A configuration file (TOML), keys named as below"
        )
        ->type_name("FILE");
    serve->add_flag(
        "--print-config-reference", line.prints_reference, "Print every setting as a table and exit"
    );
    std::deque<Given> given;
    for (const Setting& setting : settings) add_setting(*serve, setting, given.emplace_back());
    try {
        app.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::ParseError& error) {
        return failure(app, error);
    }
    for (const Given& one : given) {
        if (one.negation != nullptr && one.negation->count() != 0 && one.option->count() != 0) {
            return Error{
                Code::invalid_argument,
                "--" + one.setting->name + " and --no-" + one.setting->name +
                    " contradict each other"};
        }
        if (one.negation != nullptr && one.negation->count() != 0) {
            line.values.emplace_back(one.setting->name, "false");
        } else if (one.option->count() != 0) {
            const bool is_bare = one.setting->is_switch && one.text.empty();
            line.values.emplace_back(one.setting->name, is_bare ? "true" : one.text);
        }
    }
    return line;
}

}  // namespace clew::app
