// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_request_parser.h"

#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/verb.hpp>

#include "clew/base/assert.h"
#include "clew/base/text.h"

namespace clew::transport {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpMethod method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get: return HttpMethod::get;
        case http::verb::head: return HttpMethod::head;
        case http::verb::post: return HttpMethod::post;
        case http::verb::put: return HttpMethod::put;
        case http::verb::patch: return HttpMethod::patch;
        case http::verb::delete_: return HttpMethod::del;
        case http::verb::options: return HttpMethod::options;
        case http::verb::trace: return HttpMethod::trace;
        default: return HttpMethod::other;
    }
}

}  // namespace

// Beast's grammar, with its events written straight into the request.
class HttpRequestParser::Grammar {
public:
    class Events final : public http::basic_parser<true> {
    public:
        // What was parsed must lie in here: a folded header value does not, and is refused.
        std::string_view bytes;
        HttpRequest* request = nullptr;
        std::string* body = nullptr;
        int version = 0;

    private:
        void on_request_impl(
            http::verb method,
            boost::beast::string_view,
            boost::beast::string_view target,
            int http_version,
            error_code& error
        ) override {
            version = http_version;
            if (http_version != 10 && http_version != 11) error = http::error::bad_version;
            request->method = method_of(method);
            request->set_target(view(target));
        }
        void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
        void on_field_impl(
            http::field,
            boost::beast::string_view name,
            boost::beast::string_view value,
            error_code& error
        ) override {
            if (request == nullptr) return;  // a trailer after the last chunk
            const char* at = value.data();
            if (!value.empty() && (at < bytes.data() || at >= bytes.data() + bytes.size())) {
                error = http::error::bad_value;
                return;
            }
            request->headers.push_back({view(name), view(value)});
        }
        void on_header_impl(error_code&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
        std::size_t on_body_impl(boost::beast::string_view, error_code&) override { return 0; }
        void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
        std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view chunk, error_code&)
            override {
            body->append(chunk.data(), chunk.size());
            return chunk.size();
        }
        void on_finish_impl(error_code&) override {}
    };

    std::optional<Events> events;
    std::size_t head_bytes = 0;  // parsed so far
};

HttpRequestParser::HttpRequestParser(HttpParserLimits limits)
    : limits_(limits), grammar_(std::make_unique<Grammar>()) {
    reset();
}

HttpRequestParser::~HttpRequestParser() = default;

void HttpRequestParser::reset() {
    grammar_->events.emplace();
    grammar_->events->header_limit(limits_.header_bytes_max);
    grammar_->events->body_limit(limits_.body_bytes_max);
    grammar_->head_bytes = 0;
    failed_with_ = 0;
    reason_.clear();
    content_length_ = 0;
    is_chunked_ = false;
    keep_alive_ = false;
    is_http_1_0_ = false;
    expects_continue_ = false;
}

std::size_t HttpRequestParser::parse_head(std::string_view bytes, HttpRequest& request) {
    Grammar::Events& events = *grammar_->events;
    events.bytes = bytes;
    events.request = &request;
    const std::string_view rest = bytes.substr(grammar_->head_bytes);
    error_code error;
    grammar_->head_bytes += events.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    const bool complete = events.is_header_done();
    if (error && error != http::error::need_more) {
        fail_with(error);
    } else if ((complete ? grammar_->head_bytes : bytes.size() + 1) > limits_.header_bytes_max) {
        fail_with(http::make_error_code(http::error::header_limit));
    } else if (complete) {
        finish_head(request);
    }
    return complete && failed_with_ == 0 ? grammar_->head_bytes : 0;
}

void HttpRequestParser::finish_head(const HttpRequest& request) {
    const Grammar::Events& events = *grammar_->events;
    is_http_1_0_ = events.version == 10;
    keep_alive_ = events.keep_alive();
    is_chunked_ = events.chunked();
    content_length_ = events.content_length().value_or(0);
    for (const HttpHeader& header : request.headers) {
        if (equals_ignoring_case(header.name, "Transfer-Encoding") &&
            !equals_ignoring_case(header.value, "chunked")) {
            return fail(501, "the only transfer coding that is understood is chunked");
        }
        if (equals_ignoring_case(header.name, "Expect") &&
            equals_ignoring_case(header.value, "100-continue")) {
            expects_continue_ = !is_http_1_0_;
        }
    }
    if (is_chunked_ && is_http_1_0_) fail(400, "HTTP/1.0 has no chunked bodies");
}

std::size_t HttpRequestParser::parse_chunks(std::string_view bytes, std::string& body) {
    CLEW_ASSERT(is_chunked_);
    Grammar::Events& events = *grammar_->events;
    events.request = nullptr;
    events.body = &body;
    events.eager(true);
    std::size_t used = 0;
    error_code error;
    while (used < bytes.size() && !events.is_done() && !error) {
        const std::string_view rest = bytes.substr(used);
        used += events.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    }
    if (error && error != http::error::need_more) fail_with(error);
    return used;
}

bool HttpRequestParser::is_body_complete() const { return grammar_->events->is_done(); }

void HttpRequestParser::fail(int status, std::string_view reason) {
    failed_with_ = status;
    reason_ = reason;
}

void HttpRequestParser::fail_with(const boost::system::error_code& error) {
    if (error == http::error::header_limit) {
        const std::string max = std::to_string(limits_.header_bytes_max);
        fail(431, "the request's headers are larger than " + max + " bytes");
    } else if (error == http::error::body_limit) {
        const std::string max = std::to_string(limits_.body_bytes_max);
        fail(413, "the request's body is larger than " + max + " bytes");
    } else {
        fail(error == http::error::bad_version ? 505 : 400, error.message());
    }
}

}  // namespace clew::transport
