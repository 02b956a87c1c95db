// SPDX-License-Identifier: Apache-2.0
// The program `clew`. Exit status: 0 when it did what was asked, 1 when it could not, 2 when it was
// asked for something that does not exist.

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "clew/app/command_line.h"
#include "clew/app/config.h"
#include "clew/app/descriptors.h"
#include "clew/app/log.h"
#include "clew/app/serve/serve_config.h"
#include "clew/app/serve/server.h"
#include "clew/app/signals.h"
#include "clew/app/version.h"
#include "clew/web/browser_guard.h"

namespace clew::app {
namespace {

constexpr int kFailed = 1;
constexpr int kMisused = 2;

// The system takes a process's memory back at once; freeing a full store span by span takes a
// second. A sanitizer wants to see everything freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kFreesAtExit = true;
#else
constexpr bool kFreesAtExit = false;
#endif

int fail(int status, const std::string& sentence) {
    std::fprintf(stderr, "clew: %s\n", sentence.c_str());
    return status;
}

int print(const std::string& text) {
    const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (is_written && std::fflush(stdout) == 0) return 0;
    return fail(kFailed, system_error("writing to standard output", errno).message);
}

// A descriptor that the starter has closed would be given to a socket, and then be written to.
void open_standard_streams() {
    for (int descriptor = 0; descriptor <= 2; ++descriptor) {
        // The lowest free number is what open() returns.
        if (fcntl(descriptor, F_GETFD) < 0) (void)open("/dev/null", O_RDWR);
    }
}

std::string in_url(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

// Written beside and renamed, so that a reader never sees half of it.
Expected<void> write_port_file(const std::string& path, const Server& server) {
    const std::string beside = path + ".new";
    const std::string context = "writing the port file " + path;
    errno = 0;
    std::ofstream file(beside, std::ios::trunc);
    file << "http=" << server.port() << "\n";
    if (server.scribe_port() != 0) file << "scribe=" << server.scribe_port() << "\n";
    file.close();
    if (!file) return system_error(context, errno);
    std::error_code error;
    std::filesystem::rename(beside, path, error);
    if (error) return system_error(context, error.value());
    return {};
}

void log_ready(const Server& server) {
    const std::string host = in_url(server.address());
    const std::string url = "http://" + host + ":" + std::to_string(server.port());
    LogFields fields = {{"http", url}, {"page", url + "/zipkin/"}};
    if (server.scribe_port() != 0) {
        fields.emplace_back("scribe", host + ":" + std::to_string(server.scribe_port()));
    }
    fields.emplace_back(
        "reach",
        web::is_loopback(server.address()) ? "this machine only (--bind opens it)"
                                           : "other machines too, without authentication"
    );
    fields.emplace_back("version", std::string(version()));
    log(LogLevel::info, "ready", fields);
}

void log_configuration(std::span<const Setting> settings) {
    LogFields fields;
    for (const Setting& setting : settings)
        fields.emplace_back(setting.name, loggable_value(setting));
    log(LogLevel::info, "configuration", fields);
}

// Connections that there are no descriptors for would be accepted by nobody, without a word.
void fit_to_descriptors(ServeConfig& config) {
    const std::uint64_t descriptors = raise_descriptor_limit();
    const ConnectionLimits wanted{
        config.connections_max, config.scribe_enabled ? config.scribe_connections_max : 0};
    const ConnectionLimits fitting = fit_connections(wanted, descriptors);
    if (fitting == wanted) return;
    config.connections_max = fitting.http;
    if (config.scribe_enabled) config.scribe_connections_max = fitting.scribe;
    log(LogLevel::warning,
        "fewer connections",
        {{"reason", "the limit of open file descriptors"},
         {"descriptors", std::to_string(descriptors)},
         {"connections_wanted", std::to_string(wanted.http + wanted.scribe)},
         {"connections_max", std::to_string(fitting.http)},
         {"scribe_connections_max", std::to_string(fitting.scribe)}});
}

int serve(const ServeConfig& config) {
    Signals signals;  // before the first thread; until here a signal ends the program at once
    Expected<std::unique_ptr<Server>> server = Server::start(config);
    if (!server) {
        const bool is_misused = server.error().code == Code::invalid_argument;
        return fail(is_misused ? kMisused : kFailed, server.error().message);
    }
    if (!config.port_file.empty()) {
        if (Expected<void> written = write_port_file(config.port_file, **server); !written) {
            return fail(kFailed, written.error().message);
        }
    }
    log_ready(**server);
    const char* signal = signals.wait();
    log(LogLevel::info, "finishing", {{"signal", signal}});
    const bool finished = (*server)->finish(config.shutdown_ms_max);
    log(finished ? LogLevel::info : LogLevel::warning,
        "finished",
        {{"cut_off", finished ? "nothing" : "what took too long"}});
    if (!kFreesAtExit) _exit(0);
    return 0;
}

int run(std::span<const char* const> arguments) {
    open_standard_streams();
    ServeConfig config;
    const std::vector<Setting> settings = serve_settings(config);
    Expected<CommandLine> line = parse_command_line(arguments, settings);
    if (!line) return fail(kMisused, line.error().message);
    if (line->prints_reference) line->answer = config_reference(settings);
    if (!line->answer.empty()) {
        return print(line->answer);
    }
    ConfigSources sources;
    sources.environment = process_environment();
    if (!line->config_file.empty()) {
        Expected<FileValues> file = read_config_file(line->config_file, config_tables(settings));
        if (!file) return fail(kMisused, file.error().message);
        sources.file = std::move(*file);
    }
    sources.command_line = std::move(*line);
    Expected<std::vector<std::string>> warnings = apply_config(sources, settings);
    if (!warnings) return fail(kMisused, warnings.error().message);
    Expected<void> ready = finalize(config);
    if (ready) ready = configure_log(config.log_format, config.log_level);
    if (!ready) return fail(kMisused, ready.error().message);
    for (const std::string& warning : *warnings) {
        log(LogLevel::warning, "ignored", {{"reason", warning}});
    }
    fit_to_descriptors(config);
    log_configuration(settings);
    return serve(config);
}

}  // namespace
}  // namespace clew::app

int main(int count, char** arguments) {
    return clew::app::run({arguments, static_cast<std::size_t>(count)});
}
