// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/resolver.h"

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <new>
#include <utility>

namespace clew::transport {
namespace {

// For a thread that has its answer to end.
constexpr std::chrono::milliseconds kEndGrace{100};

int look_up(GetAddresses get, const HostPort& peer, int flags, AddressList& found) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* list = nullptr;
    const int code = get(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints, &list);
    if (code == 0) found.reset(list);
    return code;
}

}  // namespace

struct Resolver::Lookup {
    HostPort peer;
    std::mutex mutex;  // of what is below
    std::condition_variable done;
    bool is_done = false;
    int code = 0;  // of getaddrinfo()
    int errno_value = 0;
    AddressList found;
};

Resolver::~Resolver() { worker_.stop(std::chrono::milliseconds(0)); }

Expected<AddressList> Resolver::resolve(const HostPort& peer, const Deadline& deadline) {
    AddressList found;
    if (look_up(&getaddrinfo, peer, AI_NUMERICHOST, found) == 0) return found;
    if (lookup_ != nullptr && !(lookup_->peer == peer)) lookup_.reset();
    if (lookup_ == nullptr) {
        if (Expected<void> begun = begin(peer); !begun) return std::move(begun).error();
    }
    if (Expected<void> waited = wait(deadline); !waited) {
        return std::move(waited).error().with_context("resolving " + peer.host);
    }
    const std::shared_ptr<Lookup> lookup = std::exchange(lookup_, nullptr);
    worker_.stop(kEndGrace);
    if (lookup->code == 0) return std::move(lookup->found);
    if (lookup->code == EAI_SYSTEM) {
        return system_error("resolving " + peer.host, lookup->errno_value);
    }
    return Error{Code::unavailable, "resolving " + peer.host + ": " + gai_strerror(lookup->code)};
}

Expected<void> Resolver::begin(const HostPort& peer) {
    worker_.stop(std::chrono::milliseconds(0));  // of another peer
    try {
        auto lookup = std::make_shared<Lookup>();
        lookup->peer = peer;
        const auto body = [lookup, get = get_](Worker&) {
            AddressList found;
            const int code = look_up(get, lookup->peer, 0, found);
            const int errno_value = errno;
            const std::lock_guard lock(lookup->mutex);
            lookup->code = code;
            lookup->errno_value = errno_value;
            lookup->found = std::move(found);
            lookup->is_done = true;
            lookup->done.notify_all();
        };
        if (Expected<void> started = worker_.start("clew-resolve", body); !started) return started;
        lookup_ = std::move(lookup);
    } catch (const std::bad_alloc&) {
        return Error{Code::unavailable, "no memory to resolve " + peer.host};
    }
    return {};
}

Expected<void> Resolver::wait(const Deadline& deadline) {
    for (;;) {
        {
            const auto piece = std::min(deadline.remaining(), Interrupt::kCheckInterval);
            std::unique_lock lock(lookup_->mutex);
            if (lookup_->done.wait_for(lock, piece, [this] { return lookup_->is_done; })) return {};
        }
        if (interrupt_.is_raised()) return Error{Code::cancelled, "interrupted"};
        if (deadline.has_passed()) return Error{Code::timed_out, "no answer before the deadline"};
        interrupt_.waited();
    }
}

}  // namespace clew::transport
