// SPDX-License-Identifier: Apache-2.0
#include "clew/web/ui_config.h"

#include <array>
#include <charconv>

#include "clew/base/json_text.h"

namespace clew::web {

namespace {

std::string quoted(const std::string& text) {
    std::string json;
    append_json_string(text, json);
    return json;
}

std::string quoted_or_null(const std::string& text) { return text.empty() ? "null" : quoted(text); }

std::string truth(bool value) { return value ? "true" : "false"; }

// As Java prints it: with a fraction, always.
std::string decimal(double value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    std::string text(digits.data(), end.ptr);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

}  // namespace

std::string ui_config_json(const UiConfig& config) {
    std::string json = "{\n";
    const auto add = [&json](const std::string& line) { json += "  " + line + "\n"; };
    add("\"environment\" : " + quoted(config.environment) + ",");
    add("\"queryLimit\" : " + std::to_string(config.query_limit) + ",");
    add("\"defaultLookback\" : " + std::to_string(config.default_lookback.count()) + ",");
    add("\"searchEnabled\" : " + truth(config.search_enabled) + ",");
    add("\"logsUrl\" : " + quoted_or_null(config.logs_url) + ",");
    add("\"supportUrl\" : " + quoted_or_null(config.support_url) + ",");
    add("\"archivePostUrl\" : " + quoted_or_null(config.archive_post_url) + ",");
    add("\"archiveUrl\" : " + quoted_or_null(config.archive_url) + ",");
    add("\"dependency\" : {");
    add("  \"enabled\" : " + truth(config.dependency_enabled) + ",");
    add("  \"lowErrorRate\" : " + decimal(config.dependency_low_error_rate) + ",");
    add("  \"highErrorRate\" : " + decimal(config.dependency_high_error_rate));
    add("}");
    return json + "}";
}

}  // namespace clew::web
