// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/internal/scribe_connection.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "clew/transport/scribe/internal/scribe_calls.h"
#include "clew/transport/scribe/internal/scribe_exchange.h"

namespace clew::transport {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kLengthBytes = 4;
// The input buffer of a connection between frames. It grows to hold a small frame.
constexpr std::size_t kIdleInputBytes = 2 * 1024;
// A frame up to this size waits in the input until all of it has arrived.
constexpr std::size_t kSmallFrameBytes = ByteBudget::kSmallMessageBytes;
// Reserved for a larger frame at its first byte; doubles as the frame arrives, so a declared
// length costs nobody anything.
constexpr std::size_t kFrameFirstBytes = 16 * 1024;
// Memory made ready beyond what has arrived of a frame: what one read may take.
constexpr std::size_t kReadAheadBytes = 64 * 1024;
// Kept between frames of the buffers for large frames and for answers.
constexpr std::size_t kIdleBytes = 1024;
// Of a frame that there is no room for: enough to tell whom to answer what.
constexpr std::size_t kRefusedFrameBytes = 512;
static_assert(kRefusedFrameBytes > kMethodBytesMax + 12);

class ScribeConnection final : public Connection,
                               public ScribeExchangeOwner,
                               public std::enable_shared_from_this<ScribeConnection> {
public:
    ScribeConnection(AcceptedSocket accepted, std::shared_ptr<const ScribeService> service);

    void start() override;
    void check_deadlines(steady_clock::time_point now) override;
    void finish() override;
    bool make_room() override;
    void close() override;

    void take_result(std::uint64_t number, std::optional<LogResult> result) override;
    void lose_result() noexcept override { has_lost_result_.store(true); }

private:
    enum class Phase : std::uint8_t {
        length,     // reading a frame's length, or idle between frames
        frame,      // reading a frame
        refusing,   // reading past a frame that there is no room for
        ending,     // nothing more is read; answers are still to come
        lingering,  // the last answer is out; what still comes is thrown away
        closed,
    };

    // Does what can be done without waiting for the peer or the handler.
    void run();
    bool step();
    bool read_length();
    void begin_frame();
    bool read_frame();
    bool read_small_frame();
    bool read_large_frame();
    bool refuse_rest();
    bool read_past_frame();
    bool take_frame(std::string_view frame);
    bool end_frame(bool readable);
    bool make_room_for_frame(std::size_t size);
    bool end();
    void write_answers();
    void write_rest(std::size_t sent);
    void answers_written();
    bool is_paused();

    // Waits for bytes, then lets `next` take them and runs on.
    template <typename Next>
    bool read_some(char* at, std::size_t size_max, Next next);
    void read_failed(const error_code& error);
    bool read_input();
    void resize_input(std::size_t size);
    std::string_view input() const {
        return {input_.get() + input_begin_, input_end_ - input_begin_};
    }
    void begin_waiting();
    bool is_between_frames() const { return phase_ == Phase::length && input().empty(); }

    std::unique_ptr<ConnectionSlot> slot_;
    boost::asio::io_context& context_;
    tcp::socket socket_;
    // From start() to close(): the connection lives while it is open, whoever answers late.
    std::shared_ptr<ScribeConnection> self_;
    std::shared_ptr<const ScribeService> service_;
    const ScribeServerOptions& options_;
    ScribeCalls calls_;

    // Bytes received and not yet used: [input_begin_, input_end_).
    std::unique_ptr<char[]> input_;
    std::size_t input_bytes_ = kIdleInputBytes;  // the buffer's size
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;

    std::string frame_;               // of a frame that does not fit into the input
    std::size_t frame_bytes_ = 0;     // its length
    std::size_t frame_received_ = 0;  // so far
    ReceiveRate frame_rate_;
    const std::shared_ptr<PeerBytes> peer_;  // its account of the bytes in flight
    ByteReservation reservation_;            // what the frame holds
    std::string output_;                     // answers that are on their way

    steady_clock::time_point read_deadline_ = steady_clock::time_point::max();
    steady_clock::time_point write_deadline_ = steady_clock::time_point::max();
    Phase phase_ = Phase::length;
    std::atomic<bool> has_lost_result_{false};  // nothing can be answered in order any more
    bool is_running_ = false;                   // run() is on the stack
    bool is_reading_ = false;                   // an asynchronous read is pending
    bool is_writing_ = false;                   // an asynchronous write is pending
    bool is_paused_ = false;                    // not reading, because answers have to leave first
    bool is_finishing_ = false;
    bool is_broken_ = false;     // the input cannot be trusted any more
    bool has_answered_ = false;  // ever
    bool hangs_up_ = false;      // when what is in output_ is out
};

ScribeConnection::ScribeConnection(
    AcceptedSocket accepted, std::shared_ptr<const ScribeService> service
)
    : slot_(std::move(accepted.slot)),
      context_(*accepted.context),
      socket_(context_, accepted.is_ipv6 ? tcp::v6() : tcp::v4(), accepted.descriptor),
      service_(std::move(service)),
      options_(service_->options),
      calls_(
          *service_,
          [this](std::uint64_t number) {
              return std::make_shared<ScribeExchange>(weak_from_this(), number);
          }
      ),
      input_(std::make_unique_for_overwrite<char[]>(kIdleInputBytes)),
      frame_rate_(options_.rate_window_ms),
      peer_(service_->budget.account_of(accepted.peer)) {
    error_code ignored;  // descriptors come non-blocking already
    socket_.non_blocking(true, ignored);
    // Connections may idle for an hour; one whose peer has died without a word ends earlier.
    socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
}

void ScribeConnection::start() {
    self_ = shared_from_this();
    begin_waiting();
    run();
}

void ScribeConnection::begin_waiting() {
    const steady_clock::time_point now = steady_clock::now();
    read_deadline_ = now + options_.idle_ms_max;
    if (calls_.in_flight() == 0) slot_->set_waiting(now);
}

void ScribeConnection::run() {
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

bool ScribeConnection::step() {
    if (phase_ == Phase::closed) return false;
    write_answers();
    if (phase_ == Phase::ending && !is_writing_) return end();
    if (is_reading_ || is_paused()) return false;
    switch (phase_) {
        case Phase::length: return read_length();
        case Phase::frame: return read_frame();
        case Phase::refusing: return read_past_frame();
        case Phase::lingering:
            return read_some(input_.get(), input_bytes_, [](ScribeConnection&, std::size_t) {});
        case Phase::ending:
        case Phase::closed: return false;
    }
    return false;
}

// A peer that does not take its answers, or whose answers are not there yet, is not read from. The
// time that this takes is not its fault.
bool ScribeConnection::is_paused() {
    const bool was_paused = is_paused_;
    is_paused_ = is_writing_ || calls_.in_flight() >= options_.calls_in_flight_max;
    if (was_paused && !is_paused_) {
        const bool idle = is_between_frames();
        read_deadline_ =
            steady_clock::now() + (idle ? options_.idle_ms_max : options_.frame_read_ms_max);
        frame_rate_.begin(steady_clock::now());
    }
    return is_paused_;
}

template <typename Next>
bool ScribeConnection::read_some(char* at, std::size_t size_max, Next next) {
    is_reading_ = true;
    socket_.async_read_some(
        boost::asio::buffer(at, size_max),
        [self = shared_from_this(), next](const error_code& error, std::size_t size) {
            self->is_reading_ = false;
            if (self->phase_ == Phase::closed) return;
            if (error) return self->read_failed(error);
            self->frame_rate_.add(size);
            next(*self, size);
            self->run();
        }
    );
    return false;
}

// A peer that has ended its own side may still want the answers to what it sent before.
void ScribeConnection::read_failed(const error_code& error) {
    if (error != boost::asio::error::eof || phase_ == Phase::lingering) return close();
    phase_ = Phase::ending;
    run();
}

void ScribeConnection::resize_input(std::size_t size) {
    auto moved = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(moved.get(), input_.get() + input_begin_, input().size());
    input_end_ -= input_begin_;
    input_begin_ = 0;
    input_ = std::move(moved);
    input_bytes_ = size;
}

bool ScribeConnection::read_input() {
    if (input().empty()) {
        input_begin_ = input_end_ = 0;
        if (is_between_frames() && input_bytes_ > kIdleInputBytes) resize_input(kIdleInputBytes);
    } else if (input_end_ == input_bytes_ && input_begin_ != 0) {
        std::memmove(input_.get(), input_.get() + input_begin_, input().size());
        input_end_ -= input_begin_;
        input_begin_ = 0;
    } else if (input_end_ == input_bytes_) {
        resize_input(std::min(2 * input_bytes_, kSmallFrameBytes));
    }
    return read_some(
        input_.get() + input_end_,
        input_bytes_ - input_end_,
        [](ScribeConnection& self, std::size_t size) {
            if (self.is_between_frames()) {
                self.read_deadline_ = steady_clock::now() + self.options_.frame_read_ms_max;
            }
            self.input_end_ += size;
        }
    );
}

bool ScribeConnection::read_length() {
    if (is_finishing_ && input().empty()) {
        phase_ = Phase::ending;
        return true;
    }
    if (input().size() < kLengthBytes) return read_input();
    frame_bytes_ = static_cast<std::uint32_t>(wire::ThriftReader(input()).read_int32());
    input_begin_ += kLengthBytes;
    const bool never_fits =
        frame_bytes_ > kSmallFrameBytes && frame_bytes_ > service_->budget.message_bytes_max();
    if (frame_bytes_ > options_.frame_bytes_max || never_fits) {
        service_->metrics->frames_too_big.add();
        is_broken_ = true;
        phase_ = Phase::ending;
        return true;
    }
    begin_frame();
    return true;
}

void ScribeConnection::begin_frame() {
    slot_->set_busy();
    frame_received_ = 0;
    frame_.clear();
    reservation_ = ByteReservation(peer_);
    frame_rate_.begin(steady_clock::now());
    const bool has_room = frame_bytes_ <= kSmallFrameBytes || reservation_.could_grow(frame_bytes_);
    phase_ = has_room ? Phase::frame : Phase::refusing;
}

// Grows the frame's memory, and what it holds of the bytes in flight, to `size` at least.
bool ScribeConnection::make_room_for_frame(std::size_t size) {
    const std::size_t held = reservation_.bytes();
    if (size <= held) return true;
    const std::size_t doubled = std::min(std::max(2 * held, kFrameFirstBytes), frame_bytes_);
    // Where the doubling does not fit, what is there still may.
    if (!reservation_.grow(std::max(size, doubled) - held) && !reservation_.grow(size - held)) {
        return false;
    }
    frame_.reserve(reservation_.bytes());
    return true;
}

bool ScribeConnection::read_frame() {
    return frame_bytes_ <= kSmallFrameBytes ? read_small_frame() : read_large_frame();
}

// Small frames are reserved only when they are whole: until then they are their connection's
// memory.
bool ScribeConnection::read_small_frame() {
    if (input().size() < frame_bytes_) return read_input();
    if (!reservation_.take_small(frame_bytes_)) return refuse_rest();
    const std::string_view whole = input().substr(0, frame_bytes_);
    input_begin_ += frame_bytes_;
    return take_frame(whole);
}

bool ScribeConnection::read_large_frame() {
    const std::string_view ready = input().substr(0, frame_bytes_ - frame_received_);
    const std::size_t received = frame_received_ + ready.size();
    if (!make_room_for_frame(std::min(received + 1, frame_bytes_))) return refuse_rest();
    frame_.resize(std::min(reservation_.bytes(), received + kReadAheadBytes));
    std::memcpy(frame_.data() + frame_received_, ready.data(), ready.size());
    frame_received_ = received;
    input_begin_ += ready.size();
    if (frame_received_ == frame_bytes_) return take_frame({frame_.data(), frame_bytes_});
    return read_some(
        frame_.data() + frame_received_,
        frame_.size() - frame_received_,
        [](ScribeConnection& self, std::size_t size) { self.frame_received_ += size; }
    );
}

bool ScribeConnection::take_frame(std::string_view frame) {
    return end_frame(calls_.take_frame(frame, std::move(reservation_), is_finishing_));
}

bool ScribeConnection::refuse_rest() {
    reservation_.release();
    frame_.resize(std::min(frame_received_, kRefusedFrameBytes));
    frame_.shrink_to_fit();
    phase_ = Phase::refusing;
    return true;
}

bool ScribeConnection::read_past_frame() {
    const std::string_view ready = input().substr(0, frame_bytes_ - frame_received_);
    frame_.append(ready.substr(0, kRefusedFrameBytes - frame_.size()));
    frame_received_ += ready.size();
    input_begin_ += ready.size();
    if (frame_received_ < frame_bytes_) return read_input();
    return end_frame(calls_.refuse_frame(frame_));
}

bool ScribeConnection::end_frame(bool readable) {
    if (frame_.capacity() > kIdleBytes) std::string().swap(frame_);
    if (phase_ == Phase::closed) return false;  // by an answer that came at once
    if (readable) {
        phase_ = Phase::length;
        begin_waiting();
        if (!input().empty()) read_deadline_ = steady_clock::now() + options_.frame_read_ms_max;
    } else {
        service_->metrics->malformed.add();
        is_broken_ = true;
        phase_ = Phase::ending;
    }
    return true;
}

// No frame will be read any more: closes when the last answer is out.
bool ScribeConnection::end() {
    if (calls_.in_flight() > 0) return false;
    if (!is_broken_ || !has_answered_) {
        close();
        return false;
    }
    // Closing with bytes unread would reset the connection and could take answers away with it.
    error_code ignored;  // the peer may be gone already
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    read_deadline_ = steady_clock::now() + options_.linger_ms_max;
    phase_ = Phase::lingering;
    return true;
}

void ScribeConnection::write_answers() {
    if (is_writing_ || phase_ == Phase::lingering) return;
    hangs_up_ = !calls_.take_answers(output_);
    if (output_.empty()) {
        if (hangs_up_) close();
        return;
    }
    has_answered_ = true;
    if (is_between_frames()) begin_waiting();
    error_code error;
    const std::size_t sent = socket_.write_some(boost::asio::buffer(output_), error);
    if (error && error != boost::asio::error::would_block) return close();
    if (sent < output_.size()) return write_rest(sent);
    answers_written();
}

void ScribeConnection::write_rest(std::size_t sent) {
    is_writing_ = true;
    write_deadline_ = steady_clock::now() + options_.write_ms_max;
    boost::asio::async_write(
        socket_,
        boost::asio::buffer(output_.data() + sent, output_.size() - sent),
        [self = shared_from_this()](const error_code& error, std::size_t) {
            self->is_writing_ = false;
            self->write_deadline_ = steady_clock::time_point::max();
            if (self->phase_ == Phase::closed) return;
            if (error) return self->close();
            self->answers_written();
            self->run();
        }
    );
}

void ScribeConnection::answers_written() {
    output_.clear();
    if (output_.capacity() > kIdleBytes) std::string().swap(output_);
    if (hangs_up_) close();
}

void ScribeConnection::take_result(std::uint64_t number, std::optional<LogResult> result) {
    if (context_.get_executor().running_in_this_thread()) {
        calls_.set_result(number, result);
        return run();
    }
    boost::asio::post(context_, [self = shared_from_this(), number, result] {
        self->calls_.set_result(number, result);
        self->run();
    });
}

void ScribeConnection::check_deadlines(steady_clock::time_point now) {
    if (has_lost_result_.load()) return close();
    const bool is_in_frame = phase_ == Phase::frame || phase_ == Phase::refusing;
    if (is_in_frame && is_reading_ &&
        frame_rate_.is_below(options_.frame_bytes_per_second_min, now)) {
        service_->metrics->too_slow.add();
        return close();
    }
    const bool waits_for_answer = is_between_frames() && calls_.in_flight() > 0;
    const bool reads_too_long = is_reading_ && !waits_for_answer && now >= read_deadline_;
    if (phase_ == Phase::closed || (!reads_too_long && now < write_deadline_)) return;
    if (phase_ != Phase::lingering) service_->metrics->timed_out.add();
    close();
}

void ScribeConnection::finish() {
    is_finishing_ = true;
    if (is_between_frames()) phase_ = Phase::ending;
    run();
}

// A call that waits for its answer is not given up, nor a frame that has begun.
bool ScribeConnection::make_room() {
    if (phase_ == Phase::length && calls_.in_flight() == 0 && !is_writing_) close();
    return phase_ == Phase::closed;
}

void ScribeConnection::close() {
    phase_ = Phase::closed;
    reservation_.release();
    read_deadline_ = write_deadline_ = steady_clock::time_point::max();
    error_code ignored;  // nothing more can be done with it
    socket_.close(ignored);
    // Last: whoever called this holds the connection by another pointer.
    self_.reset();
}

}  // namespace

std::shared_ptr<Connection> make_scribe_connection(
    AcceptedSocket socket, std::shared_ptr<const ScribeService> service
) {
    return std::make_shared<ScribeConnection>(std::move(socket), std::move(service));
}

}  // namespace clew::transport
