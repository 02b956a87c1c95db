// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/internal/scribe_calls.h"

#include <utility>

#include "clew/transport/scribe/fb303_status.h"
#include "clew/wire/thrift_writer.h"

namespace clew::transport {

namespace {

using wire::ThriftReader;

constexpr std::string_view kLog = "Log";
// Room for this many entries is kept by a connection between calls.
constexpr std::size_t kEntriesKept = 4096;

bool is_question(const MessageHeader& header) {
    return header.type == MessageType::call || header.type == MessageType::oneway;
}

Fb303Status status_of(const ScribeService& service, bool is_stopping) {
    const ScribeServerMetrics& metrics = *service.metrics;
    const auto value = [](const Counter& counter) {
        return static_cast<std::int64_t>(counter.value());
    };
    return {
        service.options.name,
        service.options.version,
        is_stopping,
        service.alive_since_seconds,
        {{"log_calls", value(metrics.log_calls)},
         {"status_calls", value(metrics.status_calls)},
         {"orders_refused", value(metrics.orders_refused)},
         {"unknown_calls", value(metrics.unknown_calls)},
         {"malformed", value(metrics.malformed)},
         {"frames_too_big", value(metrics.frames_too_big)},
         {"entries_too_big", value(metrics.entries_too_big)},
         {"timed_out", value(metrics.timed_out)},
         {"too_slow", value(metrics.too_slow)},
         {"overloaded", value(metrics.overloaded)},
         {"try_later", value(metrics.try_later)}}};
}

}  // namespace

bool ScribeCalls::take_frame(
    std::string_view frame, ByteReservation reservation, bool is_stopping
) {
    ThriftReader reader(frame);
    const Expected<MessageHeader> header = read_message_header(reader);
    if (!header) return false;
    if (!is_question(*header)) {
        service_.metrics->malformed.add();
        answer_error(
            add(*header), *header, ApplicationError::invalid_message_type, "this is not a call"
        );
    } else if (header->method == kLog) {
        call_log(*header, reader, std::move(reservation), frame.size());
    } else {
        call_other(*header, reader, is_stopping);
    }
    return true;
}

void ScribeCalls::call_log(
    const MessageHeader& header,
    ThriftReader& reader,
    ByteReservation reservation,
    std::size_t frame_bytes
) {
    Call& call = add(header);
    const Expected<void> read = read_log_arguments(reader, service_.options.log, request_);
    if (!read) {
        service_.metrics->malformed.add();
        return answer_error(call, header, ApplicationError::protocol_error, read.error().message);
    }
    service_.metrics->entries_too_big.add(request_.entries_too_big);
    // Scribe servers send an empty call to ask whether the other side is there.
    if (request_.entries.empty() && request_.entries_too_big == 0) {
        return answer_log(call, LogResult::ok);
    }
    service_.metrics->log_calls.add();
    call.reservation = std::move(reservation);
    request_.frame_bytes = frame_bytes;
    const std::uint64_t number = first_number_ + calls_.size() - 1;
    service_.handler(request_, LogResponder(make_exchange_(number)));
    if (request_.entries.capacity() > kEntriesKept) request_.entries = {};
}

void ScribeCalls::call_other(const MessageHeader& header, ThriftReader& reader, bool is_stopping) {
    Call& call = add(header);
    ScribeServerMetrics& metrics = *service_.metrics;
    switch (answer_fb303(header, reader, status_of(service_, is_stopping), call.answer)) {
        case Fb303Outcome::answered:
            metrics.status_calls.add();
            call.is_answered = true;
            return;
        case Fb303Outcome::malformed:
            metrics.malformed.add();
            return answer_error(
                call, header, ApplicationError::protocol_error, reader.error().message
            );
        case Fb303Outcome::refused:
            metrics.orders_refused.add();
            return answer_error(
                call,
                header,
                ApplicationError::unknown_method,
                std::string(header.method) + " is refused"
            );
        case Fb303Outcome::unknown:
            metrics.unknown_calls.add();
            return answer_error(
                call,
                header,
                ApplicationError::unknown_method,
                "no method " + std::string(header.method)
            );
    }
}

bool ScribeCalls::refuse_frame(std::string_view beginning) {
    ThriftReader reader(beginning);
    const Expected<MessageHeader> header = read_message_header(reader);
    if (!header) return false;
    service_.metrics->overloaded.add();
    Call& call = add(*header);
    if (header->method == kLog && is_question(*header)) {
        answer_log(call, LogResult::try_later);
    } else {
        answer_error(call, *header, ApplicationError::internal_error, "too many bytes in flight");
    }
    return true;
}

ScribeCalls::Call& ScribeCalls::add(const MessageHeader& header) {
    Call& call = calls_.emplace_back();
    call.form = header.form;
    call.sequence_id = header.sequence_id;
    call.is_oneway = header.type == MessageType::oneway;
    return call;
}

void ScribeCalls::answer_log(Call& call, LogResult result) const {
    call.is_answered = true;
    call.reservation.release();
    if (result == LogResult::try_later) service_.metrics->try_later.add();
    if (result == LogResult::try_later && service_.options.disconnect_on_overload) {
        call.hangs_up = true;
        return;
    }
    std::string code;
    wire::ThriftWriter(code).int32_field(0, static_cast<std::int32_t>(result));
    append_reply({call.form, MessageType::call, kLog, call.sequence_id}, code, call.answer);
}

void ScribeCalls::answer_error(
    Call& call, const MessageHeader& header, ApplicationError error, std::string_view text
) {
    call.is_answered = true;
    call.reservation.release();
    append_exception(header, error, text, call.answer);
}

void ScribeCalls::set_result(std::uint64_t number, std::optional<LogResult> result) {
    if (number < first_number_ || number - first_number_ >= calls_.size()) return;
    Call& call = calls_[number - first_number_];
    if (call.is_answered) return;
    if (result) return answer_log(call, *result);
    const MessageHeader header{call.form, MessageType::call, kLog, call.sequence_id};
    answer_error(call, header, ApplicationError::internal_error, "the call was not answered");
}

bool ScribeCalls::take_answers(std::string& out) {
    while (!calls_.empty() && calls_.front().is_answered) {
        if (calls_.front().hangs_up) return false;
        if (!calls_.front().is_oneway) out += calls_.front().answer;
        calls_.pop_front();
        ++first_number_;
    }
    return true;
}

}  // namespace clew::transport
