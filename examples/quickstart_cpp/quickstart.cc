// SPDX-License-Identifier: Apache-2.0
// Two services in one program, so that a whole trace fits on one page: `front` answers a request by
// calling `back`, which resizes a picture. The headers of the call are a map; in a real service
// they are those of the HTTP library.
//
//     quickstart http://127.0.0.1:9411/api/v2/spans
//
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clew/tracing/tracing.h"

using clew::model::Kind;
using clew::tracer::ScopedSpan;
using clew::tracing::Tracing;

namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

// The server's side: continue the trace that the caller's headers carry.
void answer_in_back(const Tracing& back, const Headers& headers) {
    const auto received =
        back.extract([&](std::string_view name) -> std::optional<std::string_view> {
            const auto found = headers.find(name);
            if (found == headers.end()) return std::nullopt;
            return found->second;
        });
    ScopedSpan request(back.tracer().join_span(received.context, "get /thumb/{id}"));
    request->tag("http.path", "/thumb/42");

    // A piece of work inside: its parent is the span above, the current one of this thread.
    ScopedSpan resize(back.tracer().next_span("resize"));
    resize->tag("width", 640).annotate("cache miss");
}

// The client's side: a span around the call, and its context in the headers.
void call_back(const Tracing& front, const Tracing& back) {
    ScopedSpan call(front.tracer().next_span("get", Kind::client));
    call->remote_service("back");
    Headers headers;
    front.inject(call->context(), [&](std::string_view name, std::string_view value) {
        headers.emplace(name, value);
    });
    answer_in_back(back, headers);
    call->tag("http.status_code", 200);
}

// Null, and a sentence on standard error, when an option is wrong.
std::unique_ptr<Tracing> trace_service(const char* name, const char* endpoint) {
    auto tracing = Tracing::create({.service_name = name, .endpoint = endpoint});
    if (tracing) return *std::move(tracing);
    std::fprintf(stderr, "%s\n", tracing.error().message.c_str());
    return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(
            stderr, "usage: quickstart http://host:port/api/v2/spans | scribe://host:port\n"
        );
        return 2;
    }
    const auto front = trace_service("front", argv[1]);
    if (front == nullptr) return 2;
    const auto back = trace_service("back", argv[1]);
    if (back == nullptr) return 2;

    std::string trace_id;
    {
        ScopedSpan request(front->tracer().new_trace("get /", Kind::server));
        trace_id = request->context().trace_id.to_hex();
        call_back(*front, *back);
    }

    // A service that runs on need not wait: spans leave by themselves within half a second.
    for (const auto& tracing : {front.get(), back.get()}) {
        if (tracing->close(std::chrono::seconds(2))) continue;
        std::fprintf(stderr, "not sent: %s\n", tracing->last_error().c_str());
        return 1;
    }
    std::printf("trace %s\n", trace_id.c_str());
    return 0;
}
