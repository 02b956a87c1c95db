// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_request_parser.h"

#include <algorithm>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/verb.hpp>

#include "clew/base/assert.h"
#include "clew/base/text.h"
#include "clew/transport/http/internal/http_head_rules.h"

namespace clew::transport {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

// A chunk's size with its line end and that of the chunk before, which are not headers.
constexpr std::size_t kChunkLineBytes = 20;

// True when the request line at the front is three words, the last of which is a version.
bool has_version(std::string_view head) {
    const std::string_view line = head.substr(0, head.find('\r'));
    const std::size_t space = line.rfind(' ');
    const std::string_view version = line.substr(std::min(space, line.size()));
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::ranges::count(line, ' ') == 2 && version.size() == 9 &&
           version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' &&
           is_digit(version[8]);
}

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

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

// Beast's grammar, with its events written straight into the request, and without what Beast
// tolerates: folded lines, and control characters in chunk extensions.
class HttpRequestParser::Grammar {
public:
    class Events final : public http::basic_parser<true> {
    public:
        std::string_view bytes;  // what is being parsed
        HttpRequest* request = nullptr;
        std::string* body = nullptr;
        int version = 0;
        bool is_folded = false;
        std::size_t extension_bytes = 0;    // of all chunks so far
        const char* trailers_at = nullptr;  // once the last chunk has been reached

    private:
        void on_request_impl(
            http::verb method,
            boost::beast::string_view,
            boost::beast::string_view target,
            int http_version,
            error_code& error
        ) override {
            version = http_version;
            request->method = method_of(method);
            if (!request->set_target(view(target))) error = http::error::bad_target;
        }
        void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
        void on_field_impl(
            http::field,
            boost::beast::string_view name,
            boost::beast::string_view value,
            error_code& error
        ) override {
            // Wherever in the field the line goes on, it is the line end after its name that shows.
            const std::size_t name_end = static_cast<std::size_t>(name.end() - bytes.data());
            const std::size_t next = bytes.find('\n', name_end) + 1;
            if (next < bytes.size() && (bytes[next] == ' ' || bytes[next] == '\t')) {
                is_folded = true;
                error = http::error::bad_value;
            } else if (request != nullptr) {  // otherwise a trailer, of which none is needed
                request->headers.push_back({view(name), view(value)});
            }
        }
        void on_header_impl(error_code&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
        std::size_t on_body_impl(boost::beast::string_view, error_code&) override { return 0; }
        void on_chunk_header_impl(
            std::uint64_t size, boost::beast::string_view extension, error_code& error
        ) override {
            if (std::ranges::any_of(extension, is_control)) {
                error = http::error::bad_chunk_extension;
            }
            extension_bytes += extension.size();
            if (size == 0) trailers_at = extension.data() + extension.size();
        }
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
    } else if (bytes.substr(grammar_->head_bytes).starts_with('\n')) {
        fail(400, "a line ends without CR");  // Beast would wait for more
    }
    return complete && failed_with_ == 0 ? grammar_->head_bytes : 0;
}

void HttpRequestParser::finish_head(HttpRequest& request) {
    const Grammar::Events& events = *grammar_->events;
    is_http_1_0_ = events.version == 10;
    keep_alive_ = events.keep_alive();
    HttpViolation violation = check_framing(request, is_http_1_0_);
    if (violation.status == 0) violation = check_host(request, is_http_1_0_);
    if (violation.status != 0) return fail(violation.status, violation.reason);
    is_chunked_ = events.chunked();
    content_length_ = events.content_length().value_or(0);
    expects_continue_ =
        !is_http_1_0_ && equals_ignoring_case(request.header("Expect"), "100-continue");
}

std::size_t HttpRequestParser::parse_chunks(std::string_view bytes, std::string& body) {
    CLEW_ASSERT(is_chunked_);
    Grammar::Events& events = *grammar_->events;
    if (events.is_done()) return 0;
    events.request = nullptr;
    events.body = &body;
    events.eager(true);
    events.bytes = bytes;
    std::size_t used = 0;
    error_code error;
    while (used < bytes.size() && !events.is_done() && !error) {
        const std::string_view rest = bytes.substr(used);
        used += events.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    }
    if (error && error != http::error::need_more) {
        fail_with(error);
    } else if (events.is_done()) {
        check_header_bytes(static_cast<std::size_t>(bytes.data() + used - events.trailers_at));
    } else {
        check_header_bytes(bytes.size() - used);  // a chunk's header, or trailers, without an end
    }
    return used;
}

// Chunk extensions and trailers share the limit of the headers.
void HttpRequestParser::check_header_bytes(std::size_t more) {
    const std::size_t bytes = grammar_->head_bytes + grammar_->events->extension_bytes + more;
    if (bytes > limits_.header_bytes_max + kChunkLineBytes) {
        fail_with(http::make_error_code(http::error::header_limit));
    }
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
    } else if (grammar_->events->is_folded) {
        fail(400, "a header is folded over lines");
    } else if (error == http::error::bad_version) {
        // A space in the target looks like this too.
        const bool is_version = has_version(grammar_->events->bytes);
        fail(is_version ? 505 : 400, is_version ? "use HTTP/1.1" : "the request line is malformed");
    } else {
        fail(400, error.message());
    }
}

}  // namespace clew::transport
