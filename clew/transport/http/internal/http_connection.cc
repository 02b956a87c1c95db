// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_connection.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "clew/transport/http/internal/http_exchange.h"
#include "clew/transport/http/internal/http_request_parser.h"
#include "clew/transport/http/internal/http_response_writer.h"
#include "clew/transport/http/internal/peer_watch.h"

namespace clew::transport {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

// What one read takes at most. Larger bodies go straight to where they are wanted.
constexpr std::size_t kInputBytes = 64 * 1024;
// A head must fit into the input with room for more, whatever is configured.
constexpr std::uint32_t kHeaderBytesCeiling = 32 * 1024;
// Memory given to a body before any of it has come; it doubles while the body comes, so a declared
// length alone costs nobody anything.
constexpr std::size_t kBodyFirstBytes = 256 * 1024;
constexpr std::size_t kChunkedFirstBytes = 16 * 1024;
// Answers up to this size are sent in one piece with their head.
constexpr std::size_t kJoinedBodyBytes = 8 * 1024;

class HttpConnection final : public Connection,
                             public HttpExchangeOwner,
                             public WatchedPeer,
                             public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(AcceptedSocket accepted, std::shared_ptr<const HttpService> service);

    void start() override;
    void check_deadlines(steady_clock::time_point now) override;
    void finish() override;
    void close() override;

    void take_answer(std::uint64_t exchange_number, HttpResponse response) override;
    void when_disconnected(std::uint64_t exchange_number, std::function<void()> then) override;
    std::span<char> input_room() override {
        return {input_.get() + input_end_, kInputBytes - input_end_};
    }
    void input_received(std::size_t size) override { input_end_ += size; }
    void peer_gone() override { close(); }

private:
    enum class Phase : std::uint8_t {
        head,       // reading a request's head, or idle between requests
        body,       // reading a body of declared length
        chunks,     // reading a chunked body
        answering,  // the handler has the request
        writing,    // an answer is on its way
        lingering,  // the last answer is out; what still comes is thrown away
        closed,
    };

    // Goes from phase to phase until it has to wait for the peer or the handler.
    void run();
    bool step();
    void skip_empty_line();
    bool read_head();
    bool begin_body(std::size_t head_bytes);
    bool read_body();
    bool read_chunks();
    bool make_room_for_body(std::size_t size);
    bool send_continue();
    bool call_handler();
    bool is_answering(std::uint64_t exchange_number) const {
        return phase_ == Phase::answering && exchange_number == exchange_number_;
    }
    void accept_answer(std::uint64_t exchange_number, HttpResponse response);
    bool write_answer();
    bool write_rest(std::size_t sent);
    bool end_exchange();
    void reject(int status, std::string_view reason);
    bool discard();

    // Waits for bytes, then lets `next` take them and runs on.
    template <typename Next>
    bool read_some(char* at, std::size_t size_max, Next next);
    void read_failed(const error_code& error);
    bool read_input();
    void compact_input();
    std::string_view input() const {
        return {input_.get() + input_begin_, input_end_ - input_begin_};
    }
    bool is_between_requests() const { return phase_ == Phase::head && input().empty(); }
    void set_deadline(std::chrono::milliseconds from_now) {
        deadline_ = steady_clock::now() + from_now;
    }

    std::unique_ptr<ConnectionSlot> slot_;
    boost::asio::io_context& context_;
    tcp::socket socket_;
    // From start() to close(): the connection lives while it is open, whoever answers late.
    std::shared_ptr<HttpConnection> self_;
    std::shared_ptr<const HttpService> service_;
    const HttpServerOptions& options_;

    // Bytes received and not yet used: [input_begin_, input_end_). Those before input_floor_ are
    // the head of the current request, which points into them.
    std::unique_ptr<char[]> input_;
    std::size_t input_floor_ = 0;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;

    HttpRequestParser parser_;
    HttpRequest request_;
    std::size_t body_received_ = 0;
    std::uint64_t exchange_number_ = 0;
    std::function<void()> on_disconnect_;  // of the request that the handler has
    PeerWatch watch_{socket_};
    std::optional<HttpResponse> answer_;
    HttpResponseWriter writer_;
    std::string output_;            // the head of an answer, and a small body
    std::string_view unsent_body_;  // a large body, in the answer

    steady_clock::time_point deadline_ = steady_clock::time_point::max();
    Phase phase_ = Phase::head;
    bool is_running_ = false;  // run() is on the stack
    bool is_reading_ = false;  // an asynchronous read is pending
    bool is_late_ = false;     // ... and was cancelled because its deadline has passed
    bool is_finishing_ = false;
    bool close_after_ = false;       // no request will be read after this answer
    bool has_skipped_line_ = false;  // before the current request
    bool is_rejected_ = false;       // ... because the input cannot be trusted any more
};

HttpConnection::HttpConnection(AcceptedSocket accepted, std::shared_ptr<const HttpService> service)
    : slot_(std::move(accepted.slot)),
      context_(*accepted.context),
      socket_(context_, accepted.is_ipv6 ? tcp::v6() : tcp::v4(), accepted.descriptor),
      service_(std::move(service)),
      options_(service_->options),
      input_(std::make_unique_for_overwrite<char[]>(kInputBytes)),
      parser_({std::min(options_.header_bytes_max, kHeaderBytesCeiling), options_.body_bytes_max}) {
    error_code ignored;  // descriptors come non-blocking already
    socket_.non_blocking(true, ignored);
}

void HttpConnection::start() {
    self_ = shared_from_this();
    set_deadline(options_.idle_ms_max);
    run();
}

void HttpConnection::run() {
    if (is_running_) return;
    is_running_ = true;
    while (step()) {}
    is_running_ = false;
}

bool HttpConnection::step() {
    if (is_reading_) return false;
    switch (phase_) {
        case Phase::head: return read_head();
        case Phase::body: return read_body();
        case Phase::chunks: return read_chunks();
        case Phase::answering: return write_answer();
        case Phase::writing: return false;
        case Phase::lingering: return discard();
        case Phase::closed: return false;
    }
    return false;
}

template <typename Next>
bool HttpConnection::read_some(char* at, std::size_t size_max, Next next) {
    is_reading_ = true;
    socket_.async_read_some(
        boost::asio::buffer(at, size_max),
        [self = shared_from_this(), next](const error_code& error, std::size_t size) {
            self->is_reading_ = false;
            if (self->phase_ == Phase::closed) return;
            if (error) {
                self->read_failed(error);
            } else {
                next(*self, size);
            }
            self->run();
        }
    );
    return false;
}

void HttpConnection::read_failed(const error_code& error) {
    if (is_late_ && error == boost::asio::error::operation_aborted) {
        is_late_ = false;
        return reject(408, "the request took too long to arrive");
    }
    close();  // the peer has hung up, between requests or in the middle of one
}

bool HttpConnection::read_input() {
    return read_some(
        input_.get() + input_end_,
        kInputBytes - input_end_,
        [](HttpConnection& self, std::size_t size) {
            if (self.is_between_requests()) self.set_deadline(self.options_.header_read_ms_max);
            self.input_end_ += size;
        }
    );
}

// RFC 9112 2.2: old clients end a body with a line end that is not part of it.
void HttpConnection::skip_empty_line() {
    if (has_skipped_line_ || !input().starts_with("\r\n")) return;
    has_skipped_line_ = true;
    input_begin_ += 2;
    compact_input();
    if (input().empty()) set_deadline(options_.idle_ms_max);
}

bool HttpConnection::read_head() {
    skip_empty_line();
    if (!input().empty() && input() != "\r") {
        const std::size_t head_bytes = parser_.parse_head(input(), request_);
        if (parser_.failed_with() != 0) {
            reject(parser_.failed_with(), parser_.reason());
            return true;
        }
        if (head_bytes != 0) return begin_body(head_bytes);
    } else if (is_finishing_ && input().empty()) {
        close();
        return false;
    }
    return read_input();
}

bool HttpConnection::begin_body(std::size_t head_bytes) {
    input_begin_ += head_bytes;
    input_floor_ = input_begin_;
    close_after_ = !parser_.keep_alive();
    request_.reservation = ByteReservation(service_->budget);
    const std::uint64_t length = parser_.content_length();
    if (service_->budget.bytes_in_use() + length > service_->budget.bytes_max()) {
        reject(503, "too many bytes in flight, try again later");
        return true;
    }
    if (length == 0 && !parser_.is_chunked()) return call_handler();
    body_received_ = 0;
    phase_ = parser_.is_chunked() ? Phase::chunks : Phase::body;
    if (phase_ == Phase::body && input().size() >= length) return true;
    set_deadline(options_.body_read_ms_max);
    return !parser_.expects_continue() || send_continue();
}

bool HttpConnection::send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code error;
    const std::size_t sent =
        socket_.write_some(boost::asio::buffer(kContinue.data(), kContinue.size()), error);
    if (!error && sent == kContinue.size()) return true;
    close();  // a peer that takes no 25 bytes waits for nothing
    return false;
}

// Grows the body's memory, and what it holds of the bytes in flight, to `size` at least.
bool HttpConnection::make_room_for_body(std::size_t size) {
    const std::size_t held = request_.reservation.bytes();
    if (size <= held) return true;
    std::size_t wanted = std::max(size, 2 * held);
    if (parser_.is_chunked()) {
        wanted = std::max(wanted, kChunkedFirstBytes);
    } else {
        const auto length = static_cast<std::size_t>(parser_.content_length());
        wanted = std::min(std::max(wanted, kBodyFirstBytes), length);
    }
    if (!request_.reservation.grow(wanted - held)) {
        reject(503, "too many bytes in flight, try again later");
        return false;
    }
    request_.body.reserve(wanted + HttpRequest::kBodyPaddingBytes);
    return true;
}

bool HttpConnection::read_body() {
    const auto length = static_cast<std::size_t>(parser_.content_length());
    const std::string_view ready = input().substr(0, length - body_received_);
    if (!make_room_for_body(std::min(body_received_ + ready.size() + 1, length))) return true;
    if (ready.size() == length) {
        request_.body.assign(ready);
    } else {
        request_.body.resize(request_.reservation.bytes());
        std::memcpy(request_.body.data() + body_received_, ready.data(), ready.size());
    }
    body_received_ += ready.size();
    input_begin_ += ready.size();
    if (body_received_ == length) return call_handler();
    return read_some(
        request_.body.data() + body_received_,
        request_.body.size() - body_received_,
        [](HttpConnection& self, std::size_t size) { self.body_received_ += size; }
    );
}

bool HttpConnection::read_chunks() {
    // Room for what is there: the parser takes framing away and adds nothing.
    if (!make_room_for_body(request_.body.size() + input().size())) return true;
    input_begin_ += parser_.parse_chunks(input(), request_.body);
    if (parser_.failed_with() != 0) {
        reject(parser_.failed_with(), parser_.reason());
        return true;
    }
    if (parser_.is_body_complete()) return call_handler();
    compact_input();
    if (input_end_ == kInputBytes) {
        reject(400, "a chunk's header is too large");
        return true;
    }
    return read_input();
}

void HttpConnection::compact_input() {
    const std::size_t size = input_end_ - input_begin_;
    if (size != 0) std::memmove(input_.get() + input_floor_, input_.get() + input_begin_, size);
    input_begin_ = input_floor_;
    input_end_ = input_floor_ + size;
}

bool HttpConnection::call_handler() {
    service_->metrics->requests.add();
    phase_ = Phase::answering;
    deadline_ = steady_clock::time_point::max();
    auto exchange = std::make_shared<HttpExchange>(weak_from_this(), ++exchange_number_);
    service_->handler(request_, HttpResponder(std::move(exchange)));
    if (phase_ == Phase::answering && !answer_) watch_.begin(shared_from_this());
    return true;
}

void HttpConnection::when_disconnected(std::uint64_t exchange_number, std::function<void()> then) {
    if (is_answering(exchange_number) && !answer_) on_disconnect_ = std::move(then);
}

void HttpConnection::take_answer(std::uint64_t exchange_number, HttpResponse response) {
    if (context_.get_executor().running_in_this_thread()) {
        return accept_answer(exchange_number, std::move(response));
    }
    boost::asio::post(
        context_,
        [self = shared_from_this(), exchange_number, kept = std::move(response)]() mutable {
            self->accept_answer(exchange_number, std::move(kept));
        }
    );
}

void HttpConnection::accept_answer(std::uint64_t exchange_number, HttpResponse response) {
    if (!is_answering(exchange_number)) return;
    on_disconnect_ = nullptr;
    watch_.end();
    answer_ = std::move(response);
    run();
}

// An answer that comes before the request is complete; nothing is read after it.
void HttpConnection::reject(int status, std::string_view reason) {
    HttpServerMetrics& metrics = *service_->metrics;
    switch (status) {
        case 408: metrics.timed_out.add(); break;
        case 413: metrics.bodies_too_big.add(); break;
        case 431: metrics.headers_too_big.add(); break;
        case 503: metrics.overloaded.add(); break;
        default: metrics.malformed.add(); break;
    }
    answer_ = status == 503 ? overloaded_response(503, reason, options_.retry_after_seconds)
                            : text_response(status, reason);
    is_rejected_ = true;
    phase_ = Phase::answering;
}

bool HttpConnection::write_answer() {
    if (!answer_) return false;
    close_after_ = close_after_ || answer_->close || is_finishing_ || is_rejected_;
    output_.clear();
    writer_.append_head(*answer_, {close_after_, parser_.is_http_1_0()}, output_);
    const bool has_body =
        request_.method != HttpMethod::head && HttpResponseWriter::has_body(answer_->status);
    std::string_view body = has_body ? answer_->content() : std::string_view();
    if (body.size() <= kJoinedBodyBytes) {
        output_.append(body);
        body = {};
    }
    unsent_body_ = body;
    const std::array<boost::asio::const_buffer, 2> buffers = {
        boost::asio::buffer(output_), boost::asio::buffer(body.data(), body.size())};
    error_code error;
    const std::size_t sent = socket_.write_some(buffers, error);
    if (error && error != boost::asio::error::would_block) {
        close();
        return false;
    }
    if (sent == output_.size() + body.size()) return end_exchange();
    return write_rest(sent);
}

bool HttpConnection::write_rest(std::size_t sent) {
    const std::size_t of_head = std::min(sent, output_.size());
    const std::string_view body = unsent_body_.substr(sent - of_head);
    const std::array<boost::asio::const_buffer, 2> rest = {
        boost::asio::buffer(output_.data() + of_head, output_.size() - of_head),
        boost::asio::buffer(body.data(), body.size())};
    phase_ = Phase::writing;
    set_deadline(options_.write_ms_max);
    boost::asio::async_write(
        socket_,
        rest,
        [self = shared_from_this()](const error_code& error, std::size_t) {
            if (self->phase_ == Phase::closed) return;
            if (error) return self->close();
            if (self->end_exchange()) self->run();
        }
    );
    return false;
}

bool HttpConnection::end_exchange() {
    answer_.reset();
    request_.clear();
    if (is_rejected_) {
        error_code ignored;  // the peer may be gone already
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
        set_deadline(options_.linger_ms_max);
        phase_ = Phase::lingering;
        return true;
    }
    if (close_after_) {
        close();
        return false;
    }
    parser_.reset();
    has_skipped_line_ = false;
    input_floor_ = 0;
    compact_input();
    phase_ = Phase::head;
    set_deadline(input().empty() ? options_.idle_ms_max : options_.header_read_ms_max);
    return true;
}

// Closing with bytes unread would reset the connection and could take the answer away with it.
bool HttpConnection::discard() {
    return read_some(input_.get(), kInputBytes, [](HttpConnection&, std::size_t) {});
}

void HttpConnection::check_deadlines(steady_clock::time_point now) {
    if (now < deadline_) return;
    const bool is_in_request = phase_ == Phase::body || phase_ == Phase::chunks ||
                               (phase_ == Phase::head && !is_between_requests());
    if (!is_in_request || !is_reading_) return close();
    deadline_ = steady_clock::time_point::max();
    is_late_ = true;
    error_code ignored;  // a read that has just ended is answered by its own handler
    socket_.cancel(ignored);
}

void HttpConnection::finish() {
    is_finishing_ = true;
    if (is_between_requests()) close();
}

void HttpConnection::close() {
    phase_ = Phase::closed;
    deadline_ = steady_clock::time_point::max();
    watch_.end();
    error_code ignored;  // nothing more can be done with it
    socket_.close(ignored);
    if (const auto told = std::exchange(on_disconnect_, nullptr)) told();
    // Last: whoever called this holds the connection by another pointer.
    self_.reset();
}

}  // namespace

std::shared_ptr<Connection> make_http_connection(
    AcceptedSocket socket, std::shared_ptr<const HttpService> service
) {
    return std::make_shared<HttpConnection>(std::move(socket), std::move(service));
}

}  // namespace clew::transport
