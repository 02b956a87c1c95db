// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the server's components are: the storage, each receiver, and what they share. /health shows
// the components and fails only when a restart could help; /ready also fails while the server
// should get no requests (recovering, read-only, overloaded, shutting down) and says why. A new
// receiver adds its line where it is wired.
//
// States are cached for a second, so that a probe costs a loop thread nothing, however many ask.
//
// Threads: components are added before the first request; the rest from anywhere.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "clew/base/clock.h"

namespace clew::web {

struct ComponentState {
    enum class Level : std::uint8_t {
        up,
        not_ready,  // answers, but should be left alone for now
        down,       // will not work again without a restart
    };

    Level level = Level::up;
    std::string reason;  // empty while up

    friend bool operator==(const ComponentState&, const ComponentState&) = default;
};

class ServerHealth {
public:
    // Requires: never blocks; whatever takes time happens elsewhere and leaves its result here.
    using Read = std::function<ComponentState()>;

    static constexpr std::chrono::milliseconds kMaxAge{1'000};

    // Requires: the clock outlives this.
    explicit ServerHealth(const Clock& clock = system_clock()) : clock_(clock) {}

    // A line of /health, named as Zipkin names it: "InMemoryStorage{}".
    void add_component(std::string name, Read read);
    // Counts for /ready only.
    void add_condition(Read read);

    // From now on the server is not ready.
    void begin_shutdown() noexcept { is_shutting_down_ = true; }

    bool is_up() const;
    // Zipkin's body.
    std::string health_json() const;
    // Empty: ready. Otherwise one sentence per reason, separated by "; ".
    std::string not_ready_reason() const;

private:
    struct Component {
        std::string name;  // empty: a condition
        Read read;
    };

    // At most kMaxAge old; one for each component.
    std::vector<ComponentState> states() const;

    const Clock& clock_;
    std::vector<Component> components_;
    std::atomic<bool> is_shutting_down_{false};

    mutable std::mutex mutex_;
    mutable std::vector<ComponentState> states_;
    mutable Microseconds read_at_{0};
};

}  // namespace clew::web
