// SPDX-License-Identifier: Apache-2.0
#include "clew/app/log.h"

#include <atomic>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "clew/base/json_text.h"

namespace clew::app {

namespace {

std::atomic<bool> writes_json{false};

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> stderr_logger = [] {
        auto made = std::make_shared<spdlog::logger>(
            "clew", std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        made->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
        return made;
    }();
    return *stderr_logger;
}

bool needs_quotes(std::string_view text) {
    return text.empty() || text.find_first_of(" =\"\\") != std::string_view::npos ||
           text.find_first_not_of(
               " !#$%&'()*+,-./"
               "0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz"
               "{|}~=\"\\"
           ) != std::string_view::npos;
}

}  // namespace

std::string logfmt_line(std::string_view event, const LogFields& fields) {
    std::string line = "event=";
    line.append(event);
    for (const auto& [key, value] : fields) {
        line.append(" ").append(key).append("=");
        // JSON's quoting keeps a stranger's text on its line.
        if (needs_quotes(value)) {
            append_json_string(value, line);
        } else {
            line.append(value);
        }
    }
    return line;
}

std::string json_members(std::string_view event, const LogFields& fields) {
    std::string members = "\"event\":";
    append_json_string(event, members);
    for (const auto& [key, value] : fields) {
        members.push_back(',');
        append_json_string(key, members);
        members.push_back(':');
        append_json_string(value, members);
    }
    return members;
}

Expected<void> configure_log(std::string_view format, std::string_view level) {
    if (format != "logfmt" && format != "json") {
        return Error{
            Code::invalid_argument,
            "log-format: '" + std::string(format) + "' is not logfmt or json"};
    }
    if (level != "info" && level != "warn" && level != "error" && level != "off") {
        return Error{
            Code::invalid_argument,
            "log-level: '" + std::string(level) + "' is not info, warn, error or off"};
    }
    writes_json = format == "json";
    if (writes_json) {
        logger().set_pattern(
            "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v}",
            spdlog::pattern_time_type::utc
        );
    }
    logger().set_level(spdlog::level::from_str(std::string(level)));
    return {};
}

void log(LogLevel level, std::string_view event, const LogFields& fields) {
    const spdlog::level::level_enum spdlog_level = level == LogLevel::info ? spdlog::level::info
                                                   : level == LogLevel::warning
                                                       ? spdlog::level::warn
                                                       : spdlog::level::err;
    if (!logger().should_log(spdlog_level)) return;
    logger().log(
        spdlog_level,
        spdlog::string_view_t(
            writes_json ? json_members(event, fields) : logfmt_line(event, fields)
        )
    );
}

}  // namespace clew::app
