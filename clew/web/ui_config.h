// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the page is told by the operator of the server: /zipkin/config.json. Names, order and
// defaults are those of Zipkin's server, whose variables (ZIPKIN_UI_*) fill it.
//
// Threads: a plain value and a pure function.

#include <chrono>
#include <cstddef>
#include <string>

namespace clew::web {

struct UiConfig {
    std::string environment;
    std::size_t query_limit = 10;
    std::chrono::milliseconds default_lookback{900'000};
    bool search_enabled = true;
    // Empty: null in the file.
    std::string logs_url;
    std::string support_url;
    std::string archive_post_url;
    std::string archive_url;
    bool dependency_enabled = true;
    double dependency_low_error_rate = 0.5;
    double dependency_high_error_rate = 0.75;
    // Where a proxy shows /zipkin/; "/" is the root. Only the page's <base> follows it.
    std::string base_path = "/zipkin";
};

// Indented, as Zipkin's server writes it.
std::string ui_config_json(const UiConfig& config);

}  // namespace clew::web
