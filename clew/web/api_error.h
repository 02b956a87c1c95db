// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an Error is over HTTP: a status and one line of plain text, the error's own words. The texts
// of refused questions are Zipkin's and come from query/.
//
// Threads: pure functions.

#include <new>
#include <utility>

#include "clew/base/error.h"
#include "clew/base/expected.h"
#include "clew/transport/http/http_handler.h"
#include "clew/transport/http/http_response.h"

namespace clew::web {

// invalid_argument 400, not_found 404, overloaded, unavailable, timed_out and cancelled 503 with
// Retry-After, else 500.
transport::HttpResponse error_response(const Error& error);

// Too many queries wait.
Error too_busy();
Error out_of_memory();

// Sends what `answer` returns, an Expected<HttpResponse>; 503 when memory runs out on the way, for
// compressing an answer may need as much as computing it did.
template <typename Answer>
void send_or_refuse(const transport::HttpResponder& responder, Answer answer) {
    try {
        Expected<transport::HttpResponse> response = answer();
        responder.send(response ? std::move(*response) : error_response(response.error()));
    } catch (const std::bad_alloc&) {
        responder.send(error_response(out_of_memory()));
    }
}

}  // namespace clew::web
