// SPDX-License-Identifier: Apache-2.0
#pragma once

// A scribe server on a free port with an event loop of its own, for the tests of this folder, and
// the frames they send: calls written by hand, so that the server is not held against itself.
//
// Threads: the test's, and the loop's.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clew/transport/scribe/scribe_server.h"
#include "clew/wire/thrift_writer.h"

namespace clew::transport {

class ScribeServerHarness {
protected:
    static constexpr std::chrono::seconds kPatience{20};

    // Calls that wait until the test answers them. Threads: from anywhere.
    class KeptCalls {
    public:
        // Keeps every call, and what its entries said.
        LogHandler handler() {
            return [this](const LogRequest& request, LogResponder responder) {
                const std::lock_guard lock(mutex_);
                for (const LogEntry& entry : request.entries) messages_.emplace_back(entry.message);
                responders_.push_back(std::move(responder));
                changed_.notify_all();
            };
        }
        bool wait_for(std::size_t count) {
            std::unique_lock lock(mutex_);
            return changed_.wait_for(lock, kPatience, [&] { return responders_.size() >= count; });
        }
        // Requires: wait_for(index + 1) was true.
        void answer(std::size_t index, LogResult result) { responder(index).send(result); }
        std::size_t count() {
            const std::lock_guard lock(mutex_);
            return responders_.size();
        }
        std::vector<std::string> messages() {
            const std::lock_guard lock(mutex_);
            return messages_;
        }

    private:
        LogResponder responder(std::size_t index) {
            const std::lock_guard lock(mutex_);
            return responders_.at(index);
        }

        std::mutex mutex_;
        std::condition_variable changed_;
        std::vector<LogResponder> responders_;
        std::vector<std::string> messages_;
    };

    ~ScribeServerHarness() = default;

    // False when it cannot.
    bool open(LogHandler handler) {
        if (!loop_.is_running() && !loop_.start()) return false;
        Expected<std::unique_ptr<ScribeServer>> server =
            ScribeServer::open(loop_, listener_options_, options_, budget_, std::move(handler));
        if (!server) return false;
        server_ = std::move(*server);
        server_->start();
        return true;
    }

    std::uint16_t port() const { return server_->listener().port(); }
    const ScribeServerMetrics& metrics() const { return server_->metrics(); }

    static std::string framed(std::string_view content) {
        std::string frame;
        wire::ThriftWriter(frame).write_text(content);  // a frame is a text: length and bytes
        return frame;
    }

    // A frame of the old form; `arguments` without their stop byte.
    static std::string call(
        std::string_view method,
        std::string_view arguments = {},
        std::int32_t sequence_id = 0,
        std::int8_t type = 1
    ) {
        std::string content;
        wire::ThriftWriter writer(content);
        writer.write_text(method);
        writer.write_byte(type);
        writer.write_int32(sequence_id);
        content.append(arguments);
        writer.stop();
        return framed(content);
    }

    static std::string strict_call(
        std::string_view method, std::string_view arguments = {}, std::int32_t sequence_id = 0
    ) {
        std::string content;
        wire::ThriftWriter writer(content);
        writer.write_int32(static_cast<std::int32_t>(0x8001'0001U));
        writer.write_text(method);
        writer.write_int32(sequence_id);
        content.append(arguments);
        writer.stop();
        return framed(content);
    }

    static std::string entry(std::string_view category, std::string_view message) {
        std::string bytes;
        wire::ThriftWriter writer(bytes);
        writer.text_field(1, category);
        writer.text_field(2, message);
        writer.stop();
        return bytes;
    }

    static std::string entries(const std::vector<std::string>& all) {
        std::string bytes;
        wire::ThriftWriter writer(bytes);
        writer.field(wire::ThriftType::list, 1);
        writer.list(wire::ThriftType::structure, static_cast<std::uint32_t>(all.size()));
        for (const std::string& one : all) bytes += one;
        return bytes;
    }

    static std::string log(std::string_view message, std::int32_t sequence_id = 0) {
        return call("Log", entries({entry("zipkin", message)}), sequence_id);
    }

    // Answers of the old form.
    static std::string reply(
        std::string_view method, std::string_view result, std::int32_t id = 0
    ) {
        return call(method, result, id, 2);
    }
    static std::string log_reply(std::int32_t code, std::int32_t sequence_id = 0) {
        std::string result;
        wire::ThriftWriter(result).int32_field(0, code);
        return reply("Log", result, sequence_id);
    }
    static std::string exception(
        std::string_view method, std::string_view text, std::int32_t type, std::int32_t id = 0
    ) {
        std::string fields;
        wire::ThriftWriter writer(fields);
        writer.text_field(1, text);
        writer.int32_field(2, type);
        return call(method, fields, id, 3);
    }

    ListenerOptions listener_options_;
    ScribeServerOptions options_;
    ByteBudget budget_{64 * 1024 * 1024};
    EventLoop loop_{2};
    std::unique_ptr<ScribeServer> server_;
    KeptCalls kept_;  // ends first: a call that is dropped is answered while there is a server
};

}  // namespace clew::transport
