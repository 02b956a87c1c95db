// SPDX-License-Identifier: Apache-2.0
#pragma once

// The far end of a connection in a test: what a scripted peer reads and writes. Every wait ends
// when the other side goes, when the server is stopped, or after kWaitMax, so no test can hang on
// it.
//
// Threads: one at a time.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace clew::transport::testing {

// What lies between a connection's bytes and the socket's, where that is not nothing: TLS.
class PeerChannel {
public:
    virtual ~PeerChannel() = default;
    // As recv(2) and send(2) on a blocking socket.
    virtual ssize_t receive(char* into, std::size_t size) = 0;
    virtual ssize_t send(const char* bytes, std::size_t size) = 0;
    // Received from the socket, and not yet from here.
    virtual bool has_unread() const = 0;
};
// For an accepted socket, which stays the caller's. Called on the connection's own thread.
using MakeChannel = std::function<std::unique_ptr<PeerChannel>(int fd)>;

class PeerConnection {
public:
    static constexpr std::chrono::seconds kWaitMax{20};

    // Takes the descriptor over. Requires: stopping outlives this.
    PeerConnection(
        int fd, const std::atomic<bool>& stopping, std::unique_ptr<PeerChannel> channel = nullptr
    ) noexcept
        : fd_(fd), stopping_(stopping), channel_(std::move(channel)) {}
    ~PeerConnection() { close(); }
    PeerConnection(const PeerConnection&) = delete;
    PeerConnection& operator=(const PeerConnection&) = delete;

    // What has arrived, at least one byte; empty at the end.
    std::string read_some();
    // That many bytes; nothing when the stream ends before.
    std::optional<std::string> read_exactly(std::size_t size);
    // Up to and including the delimiter, which is at most `bytes_max` away.
    std::optional<std::string> read_until(
        std::string_view delimiter, std::size_t bytes_max = 65'536
    );
    // False when the other side has gone.
    bool write(std::string_view bytes);
    // Holds the line, reading nothing, until the other side has gone or the server is stopped.
    void stay_silent();
    // From now on read_some() takes a few bytes at a time, with a breath in between.
    void read_slowly() noexcept { is_slow_ = true; }
    // Half closed: nothing more is written, but still read.
    void end_writing();
    // Ends both directions but keeps the descriptor, so that another thread's read ends.
    void hang_up();
    void close();
    // The other side sees a reset instead of an end.
    void reset();

private:
    bool wait(short events);

    int fd_;
    const std::atomic<bool>& stopping_;
    std::unique_ptr<PeerChannel> channel_;
    bool is_slow_ = false;
    std::string unread_;  // received beyond what was asked for
};

}  // namespace clew::transport::testing
