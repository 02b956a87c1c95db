// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bytes that one HTTP connection has received and not used yet. The head of the request at hand
// stays in place before them, because the request points into it. Small between requests, because
// thousands of clients keep a connection for a request a minute; grows to hold a head and a small
// body, and moves the request's pointers along.
//
// Threads: as its connection.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "clew/transport/http/http_request.h"

namespace clew::transport {

class HttpInput {
public:
    static constexpr std::size_t kIdleBytes = 3 * 1024;

    // Requires: `request` outlives it. Never larger than `bytes_max`.
    HttpInput(HttpRequest& request, std::size_t bytes_max);

    std::string_view unread() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

    // Uses that many unread bytes up. Those of a head stay until release_head().
    void skip(std::size_t bytes) noexcept { begin_ += bytes; }
    void keep_head(std::size_t bytes) noexcept { floor_ = begin_ += bytes; }
    // Ends the request; gives memory back when nothing of the next one is there.
    void release_head();

    // Room behind the unread bytes, made when there is none.
    char* room();
    std::size_t room_bytes() const noexcept { return bytes_ - end_; }
    // What room there is without moving anything: a handler may be reading the head.
    std::span<char> rest() noexcept { return {buffer_.get() + end_, bytes_ - end_}; }
    void add(std::size_t bytes) noexcept { end_ += bytes; }
    // Makes the buffer large enough for that many unread bytes, within its limit.
    void expect(std::size_t unread_bytes);

private:
    void resize(std::size_t bytes);
    void compact() noexcept;

    HttpRequest& request_;
    const std::size_t bytes_max_;
    std::size_t bytes_ = kIdleBytes;  // the buffer's size
    std::unique_ptr<char[]> buffer_;
    // 0 <= floor_ <= begin_ <= end_ <= bytes_; the head lies before floor_.
    std::size_t floor_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace clew::transport
