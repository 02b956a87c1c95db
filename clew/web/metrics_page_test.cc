// SPDX-License-Identifier: Apache-2.0
// Goal: dashboards made for Zipkin read our numbers. Method: compare the text of both forms.
#include "clew/web/metrics_page.h"

#include <gtest/gtest.h>

namespace clew::web {
namespace {

TEST(MetricsPage, writes_zipkins_seven_numbers_of_a_transport_as_flat_json) {
    collector::CollectorMetrics metrics("http");
    metrics.messages.add(2);
    metrics.messages_dropped.add(1);
    metrics.bytes.add(300);
    metrics.spans.add(10);
    metrics.spans_stored.add(4);
    metrics.spans_sampled_out.add(3);
    metrics.spans_rejected.add(2);
    metrics.spans_dropped.add(1);
    metrics.message_spans.set(5);
    metrics.message_bytes.set(150);
    MetricsPage page;
    page.add(metrics);
    EXPECT_EQ(page.json(), R"({
  "counter.zipkin_collector.messages.http" : 2.0,
  "counter.zipkin_collector.messages_dropped.http" : 1.0,
  "counter.zipkin_collector.bytes.http" : 300.0,
  "counter.zipkin_collector.spans.http" : 10.0,
  "counter.zipkin_collector.spans_dropped.http" : 6.0,
  "gauge.zipkin_collector.message_spans.http" : 5.0,
  "gauge.zipkin_collector.message_bytes.http" : 150.0,
  "counter.clew_collector_spans_stored.http" : 4.0,
  "counter.clew_collector_spans_sampled_out.http" : 3.0,
  "counter.clew_collector_spans_rejected.http" : 2.0,
  "counter.clew_collector_spans_dropped.http" : 1.0,
  "counter.clew_collector_spans_zero_id.http" : 0.0,
  "counter.clew_collector_spans_empty.http" : 0.0,
  "counter.clew_collector_spans_too_large.http" : 0.0,
  "counter.clew_collector_tags_left_out.http" : 0.0,
  "counter.clew_collector_bytes_behind_list.http" : 0.0
})");
}

TEST(MetricsPage, writes_the_same_for_prometheus_with_transports_together) {
    collector::CollectorMetrics http("http");
    collector::CollectorMetrics scribe("scribe");
    http.spans.add(6);
    scribe.spans.add(7);
    MetricsPage page;
    page.add(http);
    page.add(scribe);
    const std::string text = page.text();
    EXPECT_NE(
        text.find("# TYPE zipkin_collector_spans_total counter\n"
                  "zipkin_collector_spans_total{transport=\"http\",} 6.0\n"
                  "zipkin_collector_spans_total{transport=\"scribe\",} 7.0\n"),
        std::string::npos
    ) << text;
    EXPECT_NE(
        text.find("# TYPE zipkin_collector_message_spans gauge\n"
                  "zipkin_collector_message_spans{transport=\"http\",} 0.0\n"),
        std::string::npos
    ) << text;
}

TEST(MetricsPage, writes_numbers_of_ours_with_and_without_a_label) {
    MetricsPage page;
    page.add(MetricsPage::Kind::gauge, "clew_storage_spans", {}, [] { return 12345678901.0; });
    page.add(MetricsPage::Kind::counter, "clew_refused", {"reason", "late"}, [] { return 0.5; });
    EXPECT_EQ(
        page.text(),
        "# HELP clew_refused_total  \n# TYPE clew_refused_total counter\n"
        "clew_refused_total{reason=\"late\",} 0.5\n"
        "# HELP clew_storage_spans  \n# TYPE clew_storage_spans gauge\n"
        "clew_storage_spans 12345678901.0\n"
    );
    EXPECT_EQ(
        page.json(),
        "{\n  \"gauge.clew_storage_spans\" : 12345678901.0,\n"
        "  \"counter.clew_refused.late\" : 0.5\n}"
    );
}

}  // namespace
}  // namespace clew::web
