// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that can be chosen about `clew serve`, with its defaults, and the table of settings
// that fills it. Each part's own options are used as they are, so a default is written down once.
//
// Threads: a plain value.

#include <cstdint>
#include <string>
#include <vector>

#include "clew/app/setting.h"
#include "clew/collector/http/http_span_receiver.h"
#include "clew/collector/scribe/scribe_span_receiver.h"
#include "clew/storage/memory/memory_options.h"
#include "clew/transport/http/http_server.h"
#include "clew/transport/scribe/scribe_server.h"
#include "clew/web/api_routes.h"
#include "clew/web/query_pool.h"
#include "clew/web/router.h"
#include "clew/web/ui_config.h"

namespace clew::app {

struct ServeConfig {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 9411;
    bool scribe_enabled = true;
    std::uint16_t scribe_port = collector::kScribePort;
    // Somebody has chosen the port: then the server does not start without it.
    bool scribe_port_is_chosen = false;
    std::string port_file;  // empty: none is written
    std::uint64_t connections_max = 4096;
    std::uint64_t scribe_connections_max = 4096;
    std::uint64_t bytes_in_flight_max = 128 * 1024 * 1024;
    std::uint64_t message_bytes_per_second_min = 1024;
    std::uint64_t loop_threads = 0;  // 0: one per core
    std::chrono::milliseconds shutdown_ms_max{10'000};

    bool http_collector_enabled = true;
    double sample_rate = 1.0;
    transport::HttpServerOptions http;
    collector::HttpReceiverOptions http_receiver;
    transport::ScribeServerOptions scribe;
    collector::ScribeReceiverOptions scribe_receiver;

    std::string storage_type = "mem";
    storage::MemoryOptions memory;

    bool query_enabled = true;
    web::ApiOptions api;
    web::RouterOptions router;
    web::QueryPoolOptions query_pool;
    bool ui_enabled = true;
    web::UiConfig ui;

    std::string log_format = "logfmt";
    std::string log_level = "info";
};

// One setting per choice, in groups. Requires: `config` outlives the settings.
std::vector<Setting> serve_settings(ServeConfig& config);

// Settings that do not go together, or that only another program understands. Carries what one
// setting decides for another (search_enabled is told to the page). Errors: invalid_argument.
Expected<void> finalize(ServeConfig& config);

}  // namespace clew::app
