// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_connection.h"

#include <algorithm>
#include <array>
#include <atomic>
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

#include "clew/transport/http/internal/http_body.h"
#include "clew/transport/http/internal/http_exchange.h"
#include "clew/transport/http/internal/http_input.h"
#include "clew/transport/http/internal/http_request_parser.h"
#include "clew/transport/http/internal/http_response_writer.h"
#include "clew/transport/http/internal/peer_watch.h"

namespace clew::transport {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

// What is kept between requests of the buffer that answers are written from.
constexpr std::size_t kIdleOutputBytes = 1024;
// Thrown away at once of what comes after the last answer.
constexpr std::size_t kLingerBytes = 16 * 1024;
// A head must fit into the input with room for more, whatever is configured.
constexpr std::uint32_t kHeaderBytesCeiling = 32 * 1024;
constexpr std::string_view kTooSlow = "the request's body arrives too slowly";
// Answers up to this size are sent in one piece with their head.
constexpr std::size_t kJoinedBodyBytes = 8 * 1024;

std::uint32_t header_bytes_max(const HttpServerOptions& options) {
    return std::min(options.header_bytes_max, kHeaderBytesCeiling);
}

class HttpConnection final : public Connection,
                             public HttpExchangeOwner,
                             public WatchedPeer,
                             public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(AcceptedSocket accepted, std::shared_ptr<const HttpService> service);

    void start() override;
    void check_deadlines(steady_clock::time_point now) override;
    void finish() override;
    bool make_room() override;
    void close() override;

    void take_answer(std::uint64_t exchange_number, HttpResponse response) override;
    void when_disconnected(std::uint64_t exchange_number, std::function<void()> then) override;
    void lose_answer(std::uint64_t exchange_number) noexcept override {
        lost_exchange_.store(exchange_number);
    }
    std::span<char> input_room() override { return input_.rest(); }
    void input_received(std::size_t size) override { input_.add(size); }
    void peer_gone() override { close(); }

private:
    enum class Phase : std::uint8_t {
        head,       // reading a request's head, or idle between requests
        body,       // reading its body
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
    void read_failed();
    bool read_input();
    bool is_between_requests() const { return phase_ == Phase::head && input_.unread().empty(); }
    void wait_for_request();
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

    const std::shared_ptr<PeerBytes> peer_;  // its account of the bytes in flight
    HttpRequestParser parser_;
    HttpRequest request_;
    HttpInput input_;
    HttpBody body_;
    ReceiveRate body_rate_;
    std::uint64_t exchange_number_ = 0;            // of the newest; they count from 1
    std::atomic<std::uint64_t> lost_exchange_{0};  // its answer will not come
    std::function<void()> on_disconnect_;          // of the request that the handler has
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
    bool is_slow_ = false;     // ... or because the body arrives too slowly
    bool is_finishing_ = false;
    bool close_after_ = false;       // no request will be read after this answer
    const bool is_refused_;          // beyond the limit of connections
    bool has_skipped_line_ = false;  // before the current request
    bool is_rejected_ = false;       // ... because the input cannot be trusted any more
};

HttpConnection::HttpConnection(AcceptedSocket accepted, std::shared_ptr<const HttpService> service)
    : slot_(std::move(accepted.slot)),
      context_(*accepted.context),
      socket_(context_, accepted.is_ipv6 ? tcp::v6() : tcp::v4(), accepted.descriptor),
      service_(std::move(service)),
      options_(service_->options),
      peer_(service_->budget.account_of(accepted.peer)),
      parser_({header_bytes_max(options_), options_.body_bytes_max}),
      input_(request_, header_bytes_max(options_) + ByteBudget::kSmallMessageBytes),
      body_(service_->budget, input_, parser_, request_),
      body_rate_(options_.rate_window_ms),
      is_refused_(accepted.is_refused) {
    error_code ignored;  // descriptors come non-blocking already
    socket_.non_blocking(true, ignored);
}

void HttpConnection::start() {
    self_ = shared_from_this();
    wait_for_request();
    run();
}

// One beyond the limit has but a moment, and its place is not for anybody else.
void HttpConnection::wait_for_request() {
    set_deadline(is_refused_ ? options_.linger_ms_max : options_.idle_ms_max);
    if (!is_refused_) slot_->set_waiting(steady_clock::now());
}

void HttpConnection::run() {
    if (is_running_) return;
    is_running_ = true;
    try {
        while (step()) {}
    } catch (...) {  // no memory: without this nothing would ever end the connection
        is_running_ = false;
        close();
        throw;
    }
    is_running_ = false;
}

bool HttpConnection::step() {
    if (is_reading_) return false;
    switch (phase_) {
        case Phase::head: return read_head();
        case Phase::body: return read_body();
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
            if (error || self->is_late_) {
                self->read_failed();
            } else {
                self->body_rate_.add(size);
                next(*self, size);
            }
            self->run();
        }
    );
    return false;
}

void HttpConnection::read_failed() {
    if (!std::exchange(is_late_, false)) return close();  // the peer has disconnected
    const bool is_slow = std::exchange(is_slow_, false);
    reject(408, is_slow ? kTooSlow : "the request took too long to arrive");
}

bool HttpConnection::read_input() {
    char* room = input_.room();
    return read_some(room, input_.room_bytes(), [](HttpConnection& self, std::size_t size) {
        const bool is_first = self.is_between_requests() && !self.is_refused_;
        if (is_first) self.set_deadline(self.options_.header_read_ms_max);
        self.input_.add(size);
    });
}

// RFC 9112 2.2: old clients end a body with a line end that is not part of it.
void HttpConnection::skip_empty_line() {
    if (has_skipped_line_ || !input_.unread().starts_with("\r\n")) return;
    has_skipped_line_ = true;
    input_.skip(2);
    input_.release_head();
    if (input_.unread().empty()) wait_for_request();
}

bool HttpConnection::read_head() {
    skip_empty_line();
    const std::string_view input = input_.unread();
    if (!input.empty() && input != "\r") {
        const std::size_t head_bytes = parser_.parse_head(input, request_);
        if (parser_.failed_with() != 0) {
            reject(parser_.failed_with(), parser_.reason());
            return true;
        }
        if (head_bytes != 0) return begin_body(head_bytes);
    } else if (is_finishing_ && input.empty()) {
        close();
        return false;
    }
    return read_input();
}

bool HttpConnection::begin_body(std::size_t head_bytes) {
    input_.keep_head(head_bytes);
    slot_->set_busy();
    close_after_ = !parser_.keep_alive() || is_refused_;
    if (is_refused_ && !service_->answers_always(request_)) {
        reject(503, "too many connections");
        return true;
    }
    request_.reservation = ByteReservation(peer_);
    if (parser_.content_length() == 0 && !parser_.is_chunked()) return call_handler();
    phase_ = Phase::body;
    if (body_.begin(service_->takes_body(request_)) == HttpBody::Step::refused) {
        reject(body_.refusal().status, body_.refusal().reason);
        return true;
    }
    set_deadline(options_.body_read_ms_max);
    body_rate_.begin(steady_clock::now());
    const bool is_whole = input_.unread().size() >= parser_.content_length();
    const bool waits = parser_.expects_continue() && (parser_.is_chunked() || !is_whole);
    return !waits || send_continue();
}

bool HttpConnection::read_body() {
    switch (body_.advance()) {
        case HttpBody::Step::complete: return call_handler();
        case HttpBody::Step::input: return read_input();
        case HttpBody::Step::refused:
            reject(body_.refusal().status, body_.refusal().reason);
            return true;
        case HttpBody::Step::body: break;
    }
    const std::span<char> room = body_.room();
    return read_some(room.data(), room.size(), [](HttpConnection& self, std::size_t size) {
        self.body_.add(size);
    });
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
        case 408: (reason == kTooSlow ? metrics.too_slow : metrics.timed_out).add(); break;
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
    input_.release_head();
    if (output_.capacity() > kIdleOutputBytes) std::string().swap(output_);
    phase_ = Phase::head;
    wait_for_request();
    if (!input_.unread().empty()) set_deadline(options_.header_read_ms_max);
    return true;
}

// Closing with bytes unread would reset the connection and could take the answer away with it.
bool HttpConnection::discard() {
    input_.skip(input_.unread().size());
    input_.expect(kLingerBytes);
    char* room = input_.room();
    return read_some(room, input_.room_bytes(), [](HttpConnection&, std::size_t) {});
}

void HttpConnection::check_deadlines(steady_clock::time_point now) {
    if (is_answering(lost_exchange_.load()) && !answer_) {
        service_->metrics->overloaded.add();
        return close();
    }
    is_slow_ =
        phase_ == Phase::body && body_rate_.is_below(options_.body_bytes_per_second_min, now);
    if (now < deadline_ && !is_slow_) return;
    const bool is_in_request =
        phase_ == Phase::body || (phase_ == Phase::head && !is_between_requests());
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

// A head that is half there is given up as well: it has been waited for as long as any.
bool HttpConnection::make_room() {
    if (phase_ == Phase::head) close();
    return phase_ == Phase::closed;
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
