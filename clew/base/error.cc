// SPDX-License-Identifier: Apache-2.0
#include "clew/base/error.h"

#include <cerrno>
#include <system_error>

namespace clew {

std::string_view code_name(Code code) noexcept {
    switch (code) {
        case Code::invalid_argument: return "invalid_argument";
        case Code::malformed: return "malformed";
        case Code::truncated: return "truncated";
        case Code::limit_exceeded: return "limit_exceeded";
        case Code::not_found: return "not_found";
        case Code::unavailable: return "unavailable";
        case Code::overloaded: return "overloaded";
        case Code::timed_out: return "timed_out";
        case Code::unsupported: return "unsupported";
        case Code::address_in_use: return "address_in_use";
        case Code::permission_denied: return "permission_denied";
        case Code::io: return "io";
        case Code::cancelled: return "cancelled";
        case Code::internal: return "internal";
    }
    return "unknown";
}

Error Error::with_context(std::string_view context) && {
    std::string whole;
    whole.reserve(context.size() + 2 + message.size());
    whole.append(context).append(": ").append(message);
    return {code, std::move(whole)};
}

Error system_error(std::string_view context, int errno_value) {
    Code code = Code::io;
    switch (errno_value) {
        case EADDRINUSE: code = Code::address_in_use; break;
        case EACCES:
        case EPERM: code = Code::permission_denied; break;
        case ENOENT: code = Code::not_found; break;
        case ETIMEDOUT: code = Code::timed_out; break;
        case ECONNREFUSED:
        case ECONNRESET:
        case EPIPE:
        case EHOSTUNREACH:
        case ENETUNREACH: code = Code::unavailable; break;
        default: break;
    }
    const std::string text = std::generic_category().message(errno_value);
    return Error{code, text}.with_context(context);
}

}  // namespace clew
