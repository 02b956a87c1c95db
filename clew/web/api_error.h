// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an Error is over HTTP: a status and one line of plain text, the error's own words. The texts
// of refused questions are Zipkin's and come from query/.
//
// Threads: pure functions.

#include "clew/base/error.h"
#include "clew/transport/http/http_response.h"

namespace clew::web {

// invalid_argument 400, not_found 404, overloaded, unavailable, timed_out and cancelled 503 with
// Retry-After, else 500.
transport::HttpResponse error_response(const Error& error);

}  // namespace clew::web
