// SPDX-License-Identifier: Apache-2.0
#pragma once

// A client for tests of HTTP servers that writes exactly the bytes it is given, so that a test can
// be as slow, broken or hurried as it likes, and reads whole replies. Every wait has an end: a
// reply that does not come fails as an empty one.
//
// Threads: one may send while another reads.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clew::transport::testing {

struct RawReply {
    int status = 0;  // 0: none came
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    // The first of that name, compared without case; empty when absent.
    std::string header(std::string_view name) const;
};

class RawClient {
public:
    enum class Body : std::uint8_t { by_length, none };

    static constexpr int kWaitSecondsMax = 20;

    // Connects to the loopback. is_connected() tells whether somebody listened.
    explicit RawClient(std::uint16_t port, const char* address = "127.0.0.1");
    ~RawClient() { close(); }
    RawClient(RawClient&& other) noexcept;
    RawClient& operator=(RawClient&&) = delete;

    bool is_connected() const noexcept { return descriptor_ >= 0; }

    // All of it, unless the server goes away. False then.
    bool send(std::string_view bytes);
    // That many bytes; fewer when the server hangs up or says nothing for too long.
    std::string read(std::size_t size);
    // One reply. Body::none for replies to HEAD and for statuses that have none.
    RawReply read_reply(Body body = Body::by_length);
    // Sends a request and reads its reply. `headers` are lines with their ends.
    RawReply ask(
        std::string_view method,
        std::string_view target,
        std::string_view headers = {},
        std::string_view body = {}
    );
    // True when the server hangs up before it says anything more.
    bool is_closed();
    // Tells the server that nothing more comes, but still reads.
    void end_sending();
    void close();

private:
    bool fill();

    int descriptor_ = -1;
    std::string unread_;
};

}  // namespace clew::transport::testing
