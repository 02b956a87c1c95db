// SPDX-License-Identifier: Apache-2.0
#pragma once

// The calls of one scribe connection that have no answer yet, or whose answer has to wait for an
// earlier one. Takes a frame's content, decides what it asks for, and keeps the answers in order.
//
// Threads: as its connection.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clew/transport/scribe/internal/scribe_connection.h"
#include "clew/transport/scribe/thrift_message.h"

namespace clew::transport {

class ScribeCalls {
public:
    // Makes the way back of the call with that number.
    using MakeExchange = std::function<std::shared_ptr<LogResponder::Exchange>(std::uint64_t)>;

    explicit ScribeCalls(const ScribeService& service, MakeExchange make_exchange)
        : service_(service), make_exchange_(std::move(make_exchange)) {}

    // Takes a whole frame. False when it cannot be read at all: nothing after it can be trusted.
    // Requires: the frame's texts stay until this returns.
    bool take_frame(std::string_view frame, ByteReservation reservation, bool is_stopping);

    // The same for a frame that there was no room for: only its first bytes are there.
    bool refuse_frame(std::string_view beginning);

    // The result of call `number`; nothing when nobody gave one. Late and second ones change
    // nothing.
    void set_result(std::uint64_t number, std::optional<LogResult> result);

    // Moves the answers that may leave now to the end of `out`. False when the next answer is to
    // hang up.
    bool take_answers(std::string& out);

    std::size_t in_flight() const noexcept { return calls_.size(); }

private:
    struct Call {
        MessageForm form = MessageForm::unversioned;
        std::int32_t sequence_id = 0;
        bool is_oneway = false;
        bool is_answered = false;
        bool hangs_up = false;
        std::string answer;
        ByteReservation reservation;  // what the call holds until it is answered
    };

    Call& add(const MessageHeader& header);
    void answer_log(Call& call, LogResult result) const;
    void answer_error(Call& call, const MessageHeader&, ApplicationError, std::string_view text);
    void call_log(
        const MessageHeader& header,
        wire::ThriftReader& reader,
        ByteReservation reservation,
        std::size_t frame_bytes
    );
    void call_other(const MessageHeader& header, wire::ThriftReader& reader, bool is_stopping);

    const ScribeService& service_;
    MakeExchange make_exchange_;
    std::deque<Call> calls_;
    std::uint64_t first_number_ = 0;  // of the call at the front
    LogRequest request_;              // kept for its memory
};

}  // namespace clew::transport
