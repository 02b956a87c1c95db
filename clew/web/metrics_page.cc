// SPDX-License-Identifier: Apache-2.0
#include "clew/web/metrics_page.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace clew::web {

namespace {

// Java's double: 2 is 2.0.
std::string decimal(double value) {
    std::array<char, 64> digits;
    const auto end = std::to_chars(
        digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed
    );
    std::string text(digits.data(), end.ptr);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
}

MetricsPage::Read reader(const Counter& counter) {
    return [&counter] { return static_cast<double>(counter.value()); };
}

MetricsPage::Read reader(const Gauge& gauge) {
    return [&gauge] { return static_cast<double>(gauge.value()); };
}

}  // namespace

void MetricsPage::add(const collector::CollectorMetrics& metrics) {
    const auto add_one = [&](Kind kind, const std::string& name, Read read) {
        const std::string& transport = metrics.transport;
        const std::string kind_name = kind == Kind::counter ? "counter." : "gauge.";
        numbers_.push_back(
            {kind,
             "zipkin_collector_" + name,
             kind_name + "zipkin_collector." + name + "." + transport,
             {"transport", transport},
             std::move(read)}
        );
    };
    add_one(Kind::counter, "messages", reader(metrics.messages));
    add_one(Kind::counter, "messages_dropped", reader(metrics.messages_dropped));
    add_one(Kind::counter, "bytes", reader(metrics.bytes));
    add_one(Kind::counter, "spans", reader(metrics.spans));
    // All that was received and not stored, whatever the reason.
    add_one(Kind::counter, "spans_dropped", [&metrics] {
        return static_cast<double>(
            metrics.spans_sampled_out.value() + metrics.spans_rejected.value() +
            metrics.spans_dropped.value()
        );
    });
    add_one(Kind::gauge, "message_spans", reader(metrics.message_spans));
    add_one(Kind::gauge, "message_bytes", reader(metrics.message_bytes));
    const std::pair<std::string, std::string> label = {"transport", metrics.transport};
    add(Kind::counter, "clew_collector_spans_stored", label, reader(metrics.spans_stored));
    add(Kind::counter, "clew_collector_spans_sampled_out", label, reader(metrics.spans_sampled_out)
    );
    add(Kind::counter, "clew_collector_spans_rejected", label, reader(metrics.spans_rejected));
    add(Kind::counter, "clew_collector_spans_dropped", label, reader(metrics.spans_dropped));
    add(Kind::counter, "clew_collector_spans_zero_id", label, reader(metrics.spans_zero_id));
    add(Kind::counter, "clew_collector_spans_empty", label, reader(metrics.spans_empty));
    add(Kind::counter, "clew_collector_spans_too_large", label, reader(metrics.spans_too_large));
    add(Kind::counter, "clew_collector_tags_left_out", label, reader(metrics.tags_left_out));
    add(Kind::counter, "clew_collector_bytes_behind_list", label, reader(metrics.bytes_behind_list)
    );
}

void MetricsPage::add(
    Kind kind, std::string name, std::pair<std::string, std::string> label, Read read
) {
    std::string json_name = (kind == Kind::counter ? "counter." : "gauge.") + name;
    if (!label.second.empty()) json_name += "." + label.second;
    numbers_.push_back(
        {kind, std::move(name), std::move(json_name), std::move(label), std::move(read)}
    );
}

std::string MetricsPage::json() const {
    std::string json = "{";
    for (const Number& number : numbers_) {
        json += json.size() > 1 ? ",\n  " : "\n  ";
        json += "\"" + number.json_name + "\" : " + decimal(number.read());
    }
    return json + "\n}";
}

// Lines of one name must stand together.
std::string MetricsPage::text() const {
    std::vector<const Number*> sorted;
    for (const Number& number : numbers_) sorted.push_back(&number);
    std::ranges::stable_sort(sorted, {}, [](const Number* number) -> const std::string& {
        return number->prometheus_name;
    });
    std::string text;
    std::string previous;
    for (const Number* number : sorted) {
        const bool is_counter = number->kind == Kind::counter;
        const std::string name = number->prometheus_name + (is_counter ? "_total" : "");
        if (name != previous) {
            text +=
                "# HELP " + name + "  \n# TYPE " + name + (is_counter ? " counter\n" : " gauge\n");
        }
        previous = name;
        text += name;
        if (!number->label.second.empty()) {
            text += "{" + number->label.first + "=\"" + number->label.second + "\",}";
        }
        text += " " + decimal(number->read()) + "\n";
    }
    return text;
}

}  // namespace clew::web
