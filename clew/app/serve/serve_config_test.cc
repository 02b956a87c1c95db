// SPDX-License-Identifier: Apache-2.0
// Goal: Zipkin's own variables do here what they do there, and the table of settings has no holes.
// Method: each variable alone.
#include "clew/app/serve/serve_config.h"

#include <set>

#include <gtest/gtest.h>

#include "clew/app/config.h"

namespace clew::app {
namespace {

ServeConfig configured(const Environment& environment) {
    ServeConfig config;
    const auto warnings = apply_config({{}, environment, {}}, serve_settings(config));
    EXPECT_TRUE(warnings.has_value()) << warnings.error().message;
    EXPECT_TRUE(warnings->empty());
    EXPECT_TRUE(finalize(config).has_value());
    return config;
}

TEST(ServeConfig, listens_on_this_machine_only_by_default_at_zipkins_ports) {
    const ServeConfig config = configured({});
    EXPECT_EQ(config.bind, "127.0.0.1");
    EXPECT_EQ(config.port, 9411);
    EXPECT_TRUE(config.scribe_enabled);
    EXPECT_EQ(config.scribe_port, 9410);
    EXPECT_EQ(config.http.body_bytes_max, 10u * 1024 * 1024);
    EXPECT_EQ(config.memory.spans_max, 500'000u);
}

TEST(ServeConfig, obeys_zipkins_variables_of_the_collector) {
    EXPECT_EQ(configured({"QUERY_PORT=1"}).port, 1);
    EXPECT_EQ(configured({"COLLECTOR_PORT=2"}).scribe_port, 2);
    EXPECT_FALSE(configured({"SCRIBE_ENABLED=false"}).scribe_enabled);
    EXPECT_FALSE(configured({"COLLECTOR_SCRIBE_ENABLED=false"}).scribe_enabled);
    EXPECT_EQ(configured({"SCRIBE_CATEGORY=x"}).scribe_receiver.category, "x");
    EXPECT_EQ(configured({"COLLECTOR_SAMPLE_RATE=0.1"}).sample_rate, 0.1);
    EXPECT_FALSE(configured({"COLLECTOR_HTTP_ENABLED=false"}).http_collector_enabled);
    EXPECT_FALSE(configured({"HTTP_COLLECTOR_ENABLED=false"}).http_collector_enabled);
}

TEST(ServeConfig, obeys_zipkins_variables_of_storage_and_query) {
    EXPECT_EQ(configured({"STORAGE_TYPE=mem"}).storage_type, "mem");
    EXPECT_EQ(configured({"MEM_MAX_SPANS=7"}).memory.spans_max, 7u);
    EXPECT_FALSE(configured({"STRICT_TRACE_ID=false"}).memory.strict_trace_id);
    const ServeConfig unsearchable = configured({"SEARCH_ENABLED=false"});
    EXPECT_FALSE(unsearchable.memory.search_enabled);
    EXPECT_FALSE(unsearchable.ui.search_enabled);
    using List = std::vector<std::string>;
    EXPECT_EQ(configured({"AUTOCOMPLETE_KEYS=a,b"}).memory.autocomplete_keys, (List{"a", "b"}));
    EXPECT_FALSE(configured({"QUERY_ENABLED=false"}).query_enabled);
    EXPECT_EQ(
        configured({"QUERY_LOOKBACK=5000"}).api.limits.lookback_default,
        std::chrono::milliseconds(5000)
    );
    EXPECT_EQ(configured({"QUERY_NAMES_MAX_AGE=7"}).api.names_max_age, std::chrono::seconds(7));
    EXPECT_EQ(
        configured({"ZIPKIN_QUERY_NAMES_MAX_AGE=7"}).api.names_max_age, std::chrono::seconds(7)
    );
    EXPECT_EQ(configured({"QUERY_TIMEOUT=3s"}).query_pool.time_ms_max, std::chrono::seconds(3));
    EXPECT_EQ(
        configured({"ZIPKIN_QUERY_ALLOWED_ORIGINS=http://a"}).router.browsers.allowed_origins,
        List{"http://a"}
    );
}

TEST(ServeConfig, obeys_zipkins_variables_of_the_page) {
    EXPECT_FALSE(configured({"UI_ENABLED=false"}).ui_enabled);
    EXPECT_FALSE(configured({"QUERY_ENABLED=false"}).ui_enabled);
    EXPECT_EQ(configured({"ZIPKIN_UI_ENVIRONMENT=prod"}).ui.environment, "prod");
    EXPECT_EQ(configured({"ZIPKIN_UI_QUERY_LIMIT=5"}).ui.query_limit, 5u);
    EXPECT_EQ(
        configured({"ZIPKIN_UI_DEFAULT_LOOKBACK=1000"}).ui.default_lookback,
        std::chrono::milliseconds(1000)
    );
    EXPECT_EQ(configured({"ZIPKIN_UI_LOGS_URL=l"}).ui.logs_url, "l");
    EXPECT_EQ(configured({"ZIPKIN_UI_SUPPORT_URL=s"}).ui.support_url, "s");
    EXPECT_EQ(configured({"ZIPKIN_UI_ARCHIVE_POST_URL=p"}).ui.archive_post_url, "p");
    EXPECT_EQ(configured({"ZIPKIN_UI_ARCHIVE_URL=a"}).ui.archive_url, "a");
    EXPECT_FALSE(configured({"ZIPKIN_UI_DEPENDENCY_ENABLED=false"}).ui.dependency_enabled);
    EXPECT_EQ(
        configured({"ZIPKIN_UI_DEPENDENCY_LOW_ERROR_RATE=0.1"}).ui.dependency_low_error_rate, 0.1
    );
    EXPECT_EQ(
        configured({"ZIPKIN_UI_DEPENDENCY_HIGH_ERROR_RATE=0.2"}).ui.dependency_high_error_rate, 0.2
    );
    EXPECT_EQ(configured({"ZIPKIN_UI_BASEPATH=/foo"}).ui.base_path, "/foo");
}

TEST(ServeConfig, refuses_what_clew_cannot_be) {
    ServeConfig other_storage;
    other_storage.storage_type = "elasticsearch";
    EXPECT_EQ(
        finalize(other_storage).error().message,
        "storage-type: clew has no 'elasticsearch' storage, only mem"
    );
    for (const char* path : {"foo", "/foo/", "/f\"oo", ""}) {
        ServeConfig odd_path;
        odd_path.ui.base_path = path;
        EXPECT_FALSE(finalize(odd_path).has_value()) << path;
    }
    ServeConfig no_threads;
    no_threads.query_pool.threads = 0;
    EXPECT_FALSE(finalize(no_threads).has_value());
    ServeConfig too_many_threads;
    too_many_threads.query_pool.threads = 1'000'000;
    EXPECT_EQ(
        finalize(too_many_threads).error().message, "query-threads: there can be at most 256"
    );
}

TEST(ServeConfig, shows_no_links_that_could_run_script) {
    const auto takes = [](std::string url) {
        ServeConfig config;
        config.ui.logs_url = std::move(url);
        return finalize(config).has_value();
    };
    for (const char* url :
         {"", "http://h/{traceId}", "HTTPS://h", "/logs?q=a:b", "logs", "//h/x", "{traceId}:x"}) {
        EXPECT_TRUE(takes(url)) << url;
    }
    for (const char* url :
         {"javascript:alert(1)",
          "JavaScript:x",
          " javascript:x",
          "java\tscript:x",
          "data:x",
          "\x01javascript:x",
          "file:///etc/passwd"}) {
        EXPECT_FALSE(takes(url)) << url;
    }
    ServeConfig other;
    other.ui.archive_url = "javascript:x";
    EXPECT_EQ(
        finalize(other).error().message, "ui-archive-url: only http:// and https:// links are shown"
    );
}

TEST(ServeConfig, knows_whether_the_port_of_scribe_was_chosen) {
    EXPECT_FALSE(configured({}).scribe_port_is_chosen);
    EXPECT_TRUE(configured({"COLLECTOR_PORT=9410"}).scribe_port_is_chosen);
}

TEST(ServeConfig, lets_no_other_site_in_by_default) {
    EXPECT_TRUE(configured({}).router.browsers.allowed_origins.empty());
    EXPECT_EQ(configured({"CLEW_SERVE_BIND=0.0.0.0"}).router.browsers.bind, "0.0.0.0");
}

TEST(ServeConfig, names_every_setting_once_and_says_what_it_means) {
    ServeConfig config;
    std::set<std::string> names;
    std::set<std::string> variables;
    for (const Setting& setting : serve_settings(config)) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_FALSE(setting.help.empty()) << setting.name;
        EXPECT_FALSE(setting.help.ends_with('.')) << setting.name;
        for (const std::string& variable : setting.environment) {
            EXPECT_TRUE(variables.insert(variable).second) << variable;
        }
        const std::string before = setting.get();
        EXPECT_TRUE(setting.set(before).has_value()) << setting.name;
        EXPECT_EQ(setting.get(), before) << setting.name;
    }
    EXPECT_GE(names.size(), 50u);
}

}  // namespace
}  // namespace clew::app
