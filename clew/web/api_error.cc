// SPDX-License-Identifier: Apache-2.0
#include "clew/web/api_error.h"

namespace clew::web {

namespace {

constexpr int kRetryAfterSeconds = 1;

}  // namespace

transport::HttpResponse error_response(const Error& error) {
    switch (error.code) {
        case Code::invalid_argument: return transport::text_response(400, error.message);
        case Code::not_found: return transport::text_response(404, error.message);
        case Code::overloaded:
        case Code::unavailable:
        case Code::timed_out:
        case Code::cancelled:
            return transport::overloaded_response(503, error.message, kRetryAfterSeconds);
        default: return transport::text_response(500, error.message);
    }
}

Error too_busy() { return {Code::overloaded, "too many queries at once, try again later"}; }

Error out_of_memory() {
    return {Code::overloaded, "there is no memory for the answer now, try again later"};
}

}  // namespace clew::web
