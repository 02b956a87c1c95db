// SPDX-License-Identifier: Apache-2.0
// Goal: the histogram is one that Prometheus reads, and dashboards find their labels. Method:
// record known times and compare lines.
#include "clew/web/request_metrics.h"

#include <gtest/gtest.h>

namespace clew::web {
namespace {

using std::chrono::milliseconds;

TEST(RequestMetrics, says_nothing_before_the_first_request) {
    EXPECT_EQ(RequestMetrics().text(), "");
}

TEST(RequestMetrics, counts_requests_by_resource_method_and_status) {
    RequestMetrics metrics;
    metrics.record({"GET", "/api/v2/traces", 200}, milliseconds(3));
    metrics.record({"GET", "/api/v2/traces", 200}, milliseconds(700));
    metrics.record({"GET", "/api/v2/traces", 200}, milliseconds(60'000));
    metrics.record({"GET", "/api/v2/traces", 400}, milliseconds(1));
    metrics.record({"POST", "/api/v2/spans", 202}, std::chrono::microseconds(250));
    const std::string text = metrics.text();
    const std::string labels = "{method=\"GET\",status=\"200\",uri=\"/api/v2/traces\",";
    for (const std::string& line :
         {"# TYPE http_server_requests_seconds histogram\n" + std::string(),
          "http_server_requests_seconds_count" + labels + "} 3.0\n",
          "http_server_requests_seconds_sum" + labels + "} 60.703\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"0.001\",} 0.0\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"0.005\",} 1.0\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"0.5\",} 1.0\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"1.0\",} 2.0\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"10.0\",} 2.0\n",
          "http_server_requests_seconds_bucket" + labels + "le=\"+Inf\",} 3.0\n",
          std::string("_count{method=\"GET\",status=\"400\",uri=\"/api/v2/traces\",} 1.0\n"),
          std::string("_sum{method=\"POST\",status=\"202\",uri=\"/api/v2/spans\",} 0.00025\n")}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
}

}  // namespace
}  // namespace clew::web
