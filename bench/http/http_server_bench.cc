// SPDX-License-Identifier: Apache-2.0
// The product of http_cost.py, nothing behind it: transport/http on one thread, answering 202 as
// soon as a request is whole. What decoding and storing cost on top is measured with `clew serve`.

#include "clew/transport/http/http_server.h"

#include <cstdio>
#include <memory>
#include <utility>

#include <unistd.h>

int main() {
    clew::transport::EventLoop loop(1);
    clew::transport::ByteBudget budget(128 * 1024 * 1024);
    auto server = clew::transport::HttpServer::open(
        loop,
        {},
        {},
        budget,
        [](clew::transport::HttpRequest&, const clew::transport::HttpResponder& responder) {
            clew::transport::HttpResponse response;
            response.status = 202;
            responder.send(std::move(response));
        }
    );
    if (!server || !loop.start()) return 1;
    (*server)->start();
    std::printf("%u\n", static_cast<unsigned>((*server)->listener().port()));
    std::fflush(stdout);
    ::pause();  // until the script ends it
}
