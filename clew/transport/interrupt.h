// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a thread looks at while it waits for the network: whether it should give up (raised once, by
// whoever wants to end), and what else its owner wants done meanwhile. A flag and no file
// descriptor, because descriptors of ours may be closed and reused by the application that we live
// in (daemons close everything).
//
// Threads: raise() and is_raised() from anywhere; the rest by the thread that waits.

#include <atomic>
#include <chrono>

namespace clew::transport {

// Called about every Interrupt::kCheckInterval by a thread that waits.
struct WaitHook {
    void (*call)(void* receiver) noexcept = nullptr;
    void* receiver = nullptr;
};

class Interrupt {
public:
    // A wait is cut into pieces of this length.
    static constexpr std::chrono::milliseconds kCheckInterval{20};

    // The release pairs with the acquire of is_raised().
    void raise() noexcept { raised_.store(true, std::memory_order_release); }
    bool is_raised() const noexcept { return raised_.load(std::memory_order_acquire); }

    void set_wait_hook(WaitHook hook) noexcept { hook_ = hook; }
    void waited() const noexcept {
        if (hook_.call != nullptr) hook_.call(hook_.receiver);
    }

private:
    std::atomic<bool> raised_{false};
    WaitHook hook_;
};

}  // namespace clew::transport
