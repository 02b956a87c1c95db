// SPDX-License-Identifier: Apache-2.0
#pragma once

// The collector's side of spans over HTTP, for the sender contract and for scripted peers. Bodies
// come inflated, whether they were sent as gzip or not.
//
// Threads: called by peers on threads of their own; immutable.

#include <optional>
#include <string>
#include <vector>

#include "clew/transport/testing/peer_connection.h"
#include "clew/transport/testing/sender_protocol.h"
#include "clew/wire/compression.h"

namespace clew::transport::testing {

struct HttpRequest {
    std::string head;
    std::string body;
    bool is_gzip = false;
};

inline std::optional<HttpRequest> read_request(PeerConnection& peer) {
    constexpr std::size_t kBodyBytesMax = 64U << 20U;
    const std::optional<std::string> head = peer.read_until("\r\n\r\n");
    if (!head) return std::nullopt;
    const std::size_t at = head->find("Content-Length: ");
    const std::size_t length = std::stoul(head->substr(at + 16));
    const std::optional<std::string> body = peer.read_exactly(length);
    if (!body) return std::nullopt;
    HttpRequest request{*head, *body, head->find("Content-Encoding: gzip") != std::string::npos};
    if (!request.is_gzip) return request;
    request.body.clear();
    if (!wire::gunzip(*body, kBodyBytesMax, 0, request.body)) return std::nullopt;
    return request;
}

// Payloads are JSON strings of characters that a generator chose, so gzip makes little of them and
// what is large stays large on its way.
class HttpProtocol : public SenderProtocol {
public:
    std::string payload(std::size_t index, std::size_t size_bytes) const override {
        std::string text = "\"" + std::to_string(index) + ":";
        auto state = static_cast<std::uint32_t>(index + 1);
        for (std::size_t i = 0; i < size_bytes; ++i) {
            state = state * 1'664'525U + 1'013'904'223U;
            text.push_back(static_cast<char>('0' + (state >> 24U) % 75));  // neither " nor ,
            if (text.back() == '\\') text.back() = '/';
        }
        return text + "\"";
    }
    std::optional<ReceivedMessage> read_message(PeerConnection& peer) const override {
        const std::optional<HttpRequest> request = read_request(peer);
        if (!request || !request->body.starts_with('[') || !request->body.ends_with(']'))
            return std::nullopt;
        ReceivedMessage message;
        std::size_t at = 1;
        while (at < request->body.size()) {
            const std::size_t end =
                request->body.find_first_of(",]", request->body.find('"', at + 1));
            message.payloads.push_back(request->body.substr(at, end - at));
            at = end + 1;
        }
        return message;
    }
    std::string reply(Outcome outcome, const ReceivedMessage&) const override {
        if (outcome == Outcome::accepted)
            return "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        if (outcome == Outcome::try_later) return "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
        return "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno";
    }
    std::vector<std::string> lying_replies(const ReceivedMessage&) const override {
        return {
            "HTTP/1.1 202 A\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 202 A\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "HTTP/1.1 202 A\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "HTTP/1.1 202 A\r\nContent-Length: 0x0\r\n\r\n",
            "HTTP/1.1 2020 A\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 099 A\r\nContent-Length: 0\r\n\r\n",
            "HTTP/2.0 202 A\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 202 A\r\nno header\r\n\r\n",
            "202 A\r\nContent-Length: 0\r\n\r\n"};
    }
    std::string endless_reply_head() const override { return "HTTP/1.1 202 Accepted\r\n"; }
    std::string endless_reply_tail() const override {
        return "X-More: " + std::string(1000, 'x') + "\r\n";
    }
};

}  // namespace clew::transport::testing
