// SPDX-License-Identifier: Apache-2.0
// Goal: config.json is what Zipkin's server writes, byte for byte. Method: compare the text.
#include "clew/web/ui_config.h"

#include <gtest/gtest.h>

namespace clew::web {
namespace {

TEST(UiConfig, has_zipkins_keys_in_zipkins_order_with_zipkins_defaults) {
    EXPECT_EQ(ui_config_json({}), R"({
  "environment" : "",
  "queryLimit" : 10,
  "defaultLookback" : 900000,
  "searchEnabled" : true,
  "logsUrl" : null,
  "supportUrl" : null,
  "archivePostUrl" : null,
  "archiveUrl" : null,
  "dependency" : {
    "enabled" : true,
    "lowErrorRate" : 0.5,
    "highErrorRate" : 0.75
  }
})");
}

TEST(UiConfig, quotes_what_an_operator_writes_and_keeps_a_fraction) {
    UiConfig config;
    config.environment = "\"prod\"\n";
    config.logs_url = "http://logs/{traceId}";
    config.search_enabled = false;
    config.dependency_low_error_rate = 1;
    const std::string json = ui_config_json(config);
    EXPECT_NE(json.find(R"("environment" : "\"prod\"\n",)"), std::string::npos);
    EXPECT_NE(json.find(R"("logsUrl" : "http://logs/{traceId}",)"), std::string::npos);
    EXPECT_NE(json.find(R"("searchEnabled" : false,)"), std::string::npos);
    EXPECT_NE(json.find(R"("lowErrorRate" : 1.0,)"), std::string::npos);
}

}  // namespace
}  // namespace clew::web
