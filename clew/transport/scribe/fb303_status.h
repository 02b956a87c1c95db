// SPDX-License-Identifier: Apache-2.0
#pragma once

// The calls that every scribe server answers besides Log: fb303, the status service that scribe
// inherits. Monitoring tools poll it, so its questions are answered; its orders (shutdown,
// reinitialize, setOption, getCpuProfile) would let any peer stop the server, so they are refused.
//
// Threads: pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clew/transport/scribe/thrift_message.h"
#include "clew/wire/thrift_reader.h"

namespace clew::transport {

struct Fb303Status {
    std::string_view name;
    std::string_view version;
    bool is_stopping = false;
    std::int64_t alive_since_seconds = 0;  // since the epoch
    std::vector<std::pair<std::string_view, std::int64_t>> counters;
};

enum class Fb303Outcome {
    answered,   // a reply was appended
    malformed,  // a question of fb303, with arguments that cannot be read
    refused,    // an order of fb303, which is never followed
    unknown,    // no method of fb303
};

// Appends a whole frame when the outcome is `answered`; the caller tells the peer otherwise.
Fb303Outcome answer_fb303(
    const MessageHeader& call,
    wire::ThriftReader& arguments,
    const Fb303Status& status,
    std::string& out
);

}  // namespace clew::transport
