// SPDX-License-Identifier: Apache-2.0
#include "clew/app/serve/serve_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "clew/app/version.h"
#include "clew/base/text.h"

namespace clew::app {

namespace {

// Collects settings group by group.
class Table {
public:
    void begin(std::string group) { group_ = std::move(group); }

    template <typename Field>
    void add(
        std::string name, Field& field, std::vector<std::string> environment, std::string help
    ) {
        Setting setting =
            make_setting(std::move(name), field, std::move(environment), std::move(help));
        setting.group = group_;
        settings_.push_back(std::move(setting));
    }

    // Sets `is_chosen` when any source sets the last setting.
    void note_choice(bool& is_chosen) {
        Setting& setting = settings_.back();
        setting.set = [&is_chosen, set = std::move(setting.set)](std::string_view text) {
            is_chosen = true;
            return set(text);
        };
    }

    std::vector<Setting> take() { return std::move(settings_); }

private:
    std::string group_;
    std::vector<Setting> settings_;
};

void add_listening(Table& table, ServeConfig& config) {
    table.begin("Listening");
    table.add(
        "bind",
        config.bind,
        {},
        "Address to listen on; 0.0.0.0 or :: lets other machines in, and there is no authentication"
    );
    table.add(
        "port", config.port, {"QUERY_PORT"}, "HTTP port for spans, API and page; 0: any free one"
    );
    table.add(
        "scribe",
        config.scribe_enabled,
        {"COLLECTOR_SCRIBE_ENABLED", "SCRIBE_ENABLED"},
        "Take spans in over scribe"
    );
    table.add(
        "scribe-port",
        config.scribe_port,
        {"COLLECTOR_PORT"},
        "Scribe port; 0: any free one; where it is not set and taken, the server runs without "
        "scribe"
    );
    table.note_choice(config.scribe_port_is_chosen);
    table.add(
        "port-file", config.port_file, {}, "File to write the real ports to, one `name=port` a line"
    );
    table.add(
        "threads", config.loop_threads, {}, "Threads that read from sockets; 0: one per core"
    );
    table.add(
        "shutdown-ms-max",
        config.shutdown_ms_max,
        {},
        "How long SIGTERM lets what is in flight take before it is cut off"
    );
}

void add_collecting(Table& table, ServeConfig& config) {
    table.begin("Collecting");
    table.add(
        "http-collector",
        config.http_collector_enabled,
        {"COLLECTOR_HTTP_ENABLED", "HTTP_COLLECTOR_ENABLED"},
        "Take spans in at POST /api/v2/spans"
    );
    table.add(
        "sample-rate",
        config.sample_rate,
        {"COLLECTOR_SAMPLE_RATE"},
        "Share of traces to keep, 0 to 1, chosen by trace id; spans marked debug are always kept"
    );
    table.add(
        "scribe-category",
        config.scribe_receiver.category,
        {"SCRIBE_CATEGORY"},
        "Category whose entries are spans"
    );
    table.add(
        "scribe-disconnect",
        config.scribe.disconnect_on_overload,
        {},
        "Hang up instead of answering TRY_LATER, for senders that do not read the answer"
    );
}

void add_storing(Table& table, ServeConfig& config) {
    table.begin("Storing");
    table.add("storage-type", config.storage_type, {"STORAGE_TYPE"}, "Only mem: spans in memory");
    table.add(
        "mem-max-spans",
        config.memory.spans_max,
        {"MEM_MAX_SPANS"},
        "Spans held; when one more comes the oldest traces leave"
    );
    table.add(
        "mem-max-bytes", config.memory.bytes_max, {}, "Bytes held, indexes included; as above"
    );
    table.add(
        "strict-trace-id",
        config.memory.strict_trace_id,
        {"STRICT_TRACE_ID"},
        "false: trace ids are compared by their low 64 bits only"
    );
    table.add(
        "autocomplete-keys",
        config.memory.autocomplete_keys,
        {"AUTOCOMPLETE_KEYS"},
        "Tag keys whose values are offered for completion"
    );
}

void add_asking(Table& table, ServeConfig& config) {
    table.begin("Asking");
    table.add("query", config.query_enabled, {"QUERY_ENABLED"}, "Serve the query API");
    table.add(
        "search",
        config.memory.search_enabled,
        {"SEARCH_ENABLED"},
        "false: nothing is indexed or found, traces by id and dependencies remain"
    );
    table.add(
        "query-lookback",
        config.api.limits.lookback_default,
        {"QUERY_LOOKBACK"},
        "How far a question looks back that does not say"
    );
    table.add(
        "query-lookback-max", config.api.limits.lookback_max, {}, "The most it may say; 0: no limit"
    );
    table.add(
        "query-traces-max", config.api.limits.traces_max, {}, "Most traces per answer; 0: no limit"
    );
    table.add(
        "query-names-max-age",
        config.api.names_max_age,
        {"QUERY_NAMES_MAX_AGE", "ZIPKIN_QUERY_NAMES_MAX_AGE"},
        "How long browsers may keep lists of names"
    );
    table.add(
        "query-timeout",
        config.query_pool.time_ms_max,
        {"QUERY_TIMEOUT"},
        "From a query's arrival to its answer, waiting included; later: 503"
    );
    table.add(
        "query-threads",
        config.query_pool.threads,
        {},
        "Threads for searches and dependencies, at most 256; lookups by id and of names have one "
        "more"
    );
    table.add(
        "query-waiting-max",
        config.query_pool.waiting_max,
        {},
        "Queries that may wait, searches and lookups counted apart; beyond: 503"
    );
    table.add(
        "query-allowed-origins",
        config.router.browsers.allowed_origins,
        {"ZIPKIN_QUERY_ALLOWED_ORIGINS"},
        "Origins of other sites whose pages may read answers and send spans; *: all, as in Zipkin"
    );
    table.add(
        "allowed-hosts",
        config.router.browsers.allowed_hosts,
        {},
        "Names by which requests may call this server, besides localhost and addresses; *: all. "
        "Without it names are checked only where --bind is the loopback"
    );
}

void add_page(Table& table, ServeConfig& config) {
    table.begin("Page");
    web::UiConfig& ui = config.ui;
    table.add(
        "ui", config.ui_enabled, {"UI_ENABLED"}, "Serve the page; never without the query API"
    );
    table.add("ui-environment", ui.environment, {"ZIPKIN_UI_ENVIRONMENT"}, "Label of this server");
    table.add("ui-query-limit", ui.query_limit, {"ZIPKIN_UI_QUERY_LIMIT"}, "Traces per search");
    table.add(
        "ui-default-lookback", ui.default_lookback, {"ZIPKIN_UI_DEFAULT_LOOKBACK"}, "Time searched"
    );
    table.add(
        "ui-logs-url", ui.logs_url, {"ZIPKIN_UI_LOGS_URL"}, "Link to logs; {traceId} is filled in"
    );
    table.add("ui-support-url", ui.support_url, {"ZIPKIN_UI_SUPPORT_URL"}, "Link to support");
    table.add(
        "ui-archive-post-url",
        ui.archive_post_url,
        {"ZIPKIN_UI_ARCHIVE_POST_URL"},
        "Where the page posts a trace to keep it"
    );
    table.add(
        "ui-archive-url", ui.archive_url, {"ZIPKIN_UI_ARCHIVE_URL"}, "Where it can be read then"
    );
    table.add(
        "ui-dependency",
        ui.dependency_enabled,
        {"ZIPKIN_UI_DEPENDENCY_ENABLED"},
        "Show the service graph"
    );
    table.add(
        "ui-dependency-low-error-rate",
        ui.dependency_low_error_rate,
        {"ZIPKIN_UI_DEPENDENCY_LOW_ERROR_RATE"},
        "Share of errors from which a link is shown as troubled"
    );
    table.add(
        "ui-dependency-high-error-rate",
        ui.dependency_high_error_rate,
        {"ZIPKIN_UI_DEPENDENCY_HIGH_ERROR_RATE"},
        "Share of errors from which a link is shown as failing"
    );
    table.add(
        "ui-basepath",
        ui.base_path,
        {"ZIPKIN_UI_BASEPATH"},
        "Where a proxy shows /zipkin/; addresses of the server itself stay"
    );
}

void add_limits(Table& table, ServeConfig& config) {
    table.begin("Limits");
    table.add(
        "bytes-in-flight-max",
        config.bytes_in_flight_max,
        {},
        "Bytes of messages held at once, all receivers together; beyond: 503, TRY_LATER"
    );
    table.add("connections-max", config.connections_max, {}, "HTTP connections; beyond: 503");
    table.add(
        "header-bytes-max",
        config.http.header_bytes_max,
        {},
        "Request line and headers; beyond: 431"
    );
    table.add("body-bytes-max", config.http.body_bytes_max, {}, "A body as sent; beyond: 413");
    table.add(
        "inflated-bytes-max",
        config.http_receiver.inflated_bytes_max,
        {},
        "A body after decompression; beyond: 413"
    );
    table.add(
        "message-spans-max", config.http_receiver.json_limits.spans_max, {}, "Spans in one body"
    );
    table.add(
        "span-tags-max", config.http_receiver.json_limits.span_tags_max, {}, "Tags of one span"
    );
    table.add(
        "span-annotations-max",
        config.http_receiver.json_limits.span_annotations_max,
        {},
        "Annotations of one span"
    );
    table.add(
        "header-read-ms-max", config.http.header_read_ms_max, {}, "Time for headers; later: 408"
    );
    table.add("body-read-ms-max", config.http.body_read_ms_max, {}, "Time for a body; later: 408");
    table.add(
        "message-bytes-per-second-min",
        config.message_bytes_per_second_min,
        {},
        "Slower bodies (408) and scribe frames (closed) are cut off; 0: any rate will do"
    );
    table.add("idle-ms-max", config.http.idle_ms_max, {}, "Time between requests; later: closed");
    table.add("write-ms-max", config.http.write_ms_max, {}, "Time for a peer to take an answer");
    table.add(
        "scribe-connections-max",
        config.scribe_connections_max,
        {},
        "Scribe connections; beyond: closed"
    );
    table.add(
        "scribe-frame-bytes-max",
        config.scribe.frame_bytes_max,
        {},
        "A scribe frame; beyond: closed"
    );
    table.add("scribe-idle-ms-max", config.scribe.idle_ms_max, {}, "Time between frames");
}

void add_logging(Table& table, ServeConfig& config) {
    table.begin("Logging");
    table.add("log-format", config.log_format, {}, "logfmt or json, one line per event on stderr");
    table.add("log-level", config.log_level, {}, "info, warn, error or off");
}

// A link of the page: relative, or of a scheme that runs no script.
bool is_web_link(std::string_view url) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    if (std::ranges::any_of(url, is_control)) return false;  // browsers skip them in schemes
    const std::size_t colon = url.find(':');
    if (colon == std::string_view::npos || url.find_first_of("/?#{") < colon) return true;
    const std::string scheme = lower_case(url.substr(0, colon));
    return scheme == "http" || scheme == "https";
}

Expected<void> check_links(const web::UiConfig& ui) {
    const std::array<std::pair<const char*, const std::string*>, 4> links = {{
        {"ui-logs-url", &ui.logs_url},
        {"ui-support-url", &ui.support_url},
        {"ui-archive-post-url", &ui.archive_post_url},
        {"ui-archive-url", &ui.archive_url},
    }};
    for (const auto& [name, url] : links) {
        if (is_web_link(*url)) continue;
        return Error{
            Code::invalid_argument,
            std::string(name) + ": only http:// and https:// links are shown"};
    }
    return {};
}

bool is_base_path(const std::string& path) {
    const bool is_root_or_clean = path == "/" || (path.starts_with('/') && !path.ends_with('/'));
    return is_root_or_clean && path.find_first_of("\"'<>&\\ \t\r\n") == std::string::npos;
}

}  // namespace

std::vector<Setting> serve_settings(ServeConfig& config) {
    Table table;
    add_listening(table, config);
    add_collecting(table, config);
    add_storing(table, config);
    add_asking(table, config);
    add_page(table, config);
    add_limits(table, config);
    add_logging(table, config);
    return table.take();
}

Expected<void> finalize(ServeConfig& config) {
    if (config.storage_type != "mem" && !config.storage_type.empty()) {
        return Error{
            Code::invalid_argument,
            "storage-type: clew has no '" + config.storage_type + "' storage, only mem"};
    }
    if (!is_base_path(config.ui.base_path)) {
        return Error{
            Code::invalid_argument,
            "ui-basepath: '" + config.ui.base_path + "' is not a path such as /tracing"};
    }
    if (config.query_pool.threads == 0) {
        return Error{Code::invalid_argument, "query-threads: there must be at least one"};
    }
    if (config.query_pool.threads > web::QueryPoolOptions::kThreadsMax) {
        const std::string max = std::to_string(web::QueryPoolOptions::kThreadsMax);
        return Error{Code::invalid_argument, "query-threads: there can be at most " + max};
    }
    if (Expected<void> checked = check_links(config.ui); !checked) return checked;
    config.router.browsers.bind = config.bind;
    config.scribe.version = version();
    config.http.body_bytes_per_second_min = config.message_bytes_per_second_min;
    config.scribe.frame_bytes_per_second_min = config.message_bytes_per_second_min;
    config.ui.search_enabled = config.memory.search_enabled;
    config.ui_enabled = config.ui_enabled && config.query_enabled;
    return {};
}

}  // namespace clew::app
