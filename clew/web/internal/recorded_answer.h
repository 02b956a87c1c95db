// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands in for a connection in the tests of this folder: makes a request out of a line of text,
// and waits for the answer that a route gives on whatever thread.
//
// Threads: the test's; answers from any.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clew/transport/http/http_handler.h"
#include "clew/web/router.h"

namespace clew::web {

class RecordedAnswer final : public transport::HttpResponder::Exchange {
public:
    void answer(transport::HttpResponse response) override {
        {
            const std::lock_guard lock(mutex_);
            if (!response_) response_ = std::move(response);
        }
        changed_.notify_all();
    }

    // Status 0 when none came in time.
    transport::HttpResponse wait() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [this] { return response_.has_value(); });
        transport::HttpResponse none;
        none.status = 0;
        return response_.value_or(none);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<transport::HttpResponse> response_;
};

using Headers = std::vector<transport::HttpHeader>;

// Asks a router as a connection would.
inline transport::HttpResponse ask(
    const Router& router,
    std::string_view target,
    Headers headers = {},
    transport::HttpMethod method = transport::HttpMethod::get
) {
    transport::HttpRequest request;
    request.method = method;
    request.set_target(target);
    request.headers = std::move(headers);
    auto recorded = std::make_shared<RecordedAnswer>();
    router.answer(request, transport::HttpResponder(recorded));
    return recorded->wait();
}

// The value of a header line of a response; empty when there is none.
inline std::string header_of(const transport::HttpResponse& response, std::string_view name) {
    const std::string lines = "\r\n" + response.header_lines;
    const std::string begin = "\r\n" + std::string(name) + ": ";
    const std::size_t at = lines.find(begin);
    if (at == std::string::npos) return {};
    const std::size_t value = at + begin.size();
    return lines.substr(value, lines.find("\r\n", value) - value);
}

}  // namespace clew::web
