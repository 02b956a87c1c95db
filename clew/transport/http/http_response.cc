// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/http_response.h"

namespace clew::transport {

void HttpResponse::add_header(std::string_view name, std::string_view value) {
    header_lines.append(name).append(": ");
    for (const char c : value) {
        const bool breaks_line = c == '\r' || c == '\n' || c == '\0';
        header_lines.push_back(breaks_line ? ' ' : c);
    }
    header_lines.append("\r\n");
}

HttpResponse text_response(int status, std::string_view text) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = text;
    return response;
}

HttpResponse overloaded_response(int status, std::string_view text, int retry_after_seconds) {
    HttpResponse response = text_response(status, text);
    response.add_header("Retry-After", std::to_string(retry_after_seconds));
    return response;
}

std::string_view http_reason(int status) noexcept {
    switch (status) {
        case 200: return "OK";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 302: return "Found";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 421: return "Misdirected Request";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        default: return "Unknown";
    }
}

}  // namespace clew::transport
