// SPDX-License-Identifier: Apache-2.0
#include "clew/web/request_metrics.h"

#include <charconv>
#include <mutex>

namespace clew::web {

namespace {

constexpr double kNanosecond = 1e-9;
constexpr std::string_view kName = "http_server_requests_seconds";

std::string decimal(double value) {
    std::array<char, 64> digits;
    const auto end = std::to_chars(
        digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed
    );
    std::string text(digits.data(), end.ptr);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
}

std::string line(std::string_view suffix, const std::string& labels, double value) {
    return std::string(kName) + std::string(suffix) + "{" + labels + "} " + decimal(value) + "\n";
}

}  // namespace

RequestMetrics::Row& RequestMetrics::row(const RequestOutcome& outcome) {
    const Key key(outcome.uri, outcome.method, outcome.status);
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = rows_.find(key); found != rows_.end()) return *found->second;
    }
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Row>& made = rows_[key];
    if (!made) made = std::make_unique<Row>();
    return *made;
}

void RequestMetrics::record(const RequestOutcome& outcome, std::chrono::nanoseconds took) {
    Row& counted = row(outcome);
    counted.count.add();
    counted.nanoseconds.add(static_cast<std::uint64_t>(took.count()));
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
        if (static_cast<double>(took.count()) * kNanosecond > kBounds[i]) continue;
        counted.within[i].add();
        break;
    }
}

std::string RequestMetrics::text() const {
    const std::shared_lock lock(mutex_);
    if (rows_.empty()) return {};
    std::string text =
        "# HELP " + std::string(kName) + "  \n# TYPE " + std::string(kName) + " histogram\n";
    for (const auto& [key, counted] : rows_) {
        const auto& [uri, method, status] = key;
        const std::string labels = "method=\"" + method + "\",status=\"" + std::to_string(status) +
                                   "\",uri=\"" + uri + "\",";
        double cumulative = 0;
        for (std::size_t i = 0; i < kBounds.size(); ++i) {
            cumulative += static_cast<double>(counted->within[i].value());
            text += line("_bucket", labels + "le=\"" + decimal(kBounds[i]) + "\",", cumulative);
        }
        const auto count = static_cast<double>(counted->count.value());
        text += line("_bucket", labels + "le=\"+Inf\",", count);
        text += line("_count", labels, count);
        const auto nanoseconds = static_cast<double>(counted->nanoseconds.value());
        text += line("_sum", labels, nanoseconds * kNanosecond);
    }
    return text;
}

}  // namespace clew::web
