// SPDX-License-Identifier: Apache-2.0
#pragma once

// The beginning of an HTTP/1.1 reply as a sender of spans needs it: the verdict, how long to wait,
// and how much body has to be read before the connection can be used again. Everything else that a
// collector says is skipped unread.
//
// Threads: pure functions over the bytes given.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::transport {

struct ReplyHead {
    std::uint16_t status = 0;
    std::size_t size_bytes = 0;                   // of the head itself, empty line included
    std::optional<std::uint64_t> content_length;  // absent: the body has no stated end
    bool keeps_connection = true;
    std::optional<std::chrono::seconds> retry_after;

    // 100 Continue and its like: another head follows.
    bool is_interim() const noexcept { return status < 200; }
    // True when a reply of this status and these headers has no body or one of known length.
    bool has_known_end() const noexcept {
        return status == 204 || status == 304 || is_interim() || content_length.has_value();
    }
};

// Nothing when `bytes` do not hold a whole head yet. Errors: malformed. `now_s` (seconds since the
// epoch) turns a Retry-After date into a wait.
Expected<std::optional<ReplyHead>> parse_reply_head(std::string_view bytes, std::int64_t now_s);

}  // namespace clew::transport
