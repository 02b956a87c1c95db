// SPDX-License-Identifier: Apache-2.0
#pragma once

// What travels beside a trace context and is not its own: the `tracestate` of other tracers, and
// the application's baggage (baggage.h). Made by extract() only when a request brought such a
// thing, kept by whoever holds the extraction (a server's request, a Python span), handed to
// inject() for the calls made on behalf of that request. Most requests have none: then the
// reference is null and costs nothing.
//
// Threads: immutable; references are copied and dropped from anywhere.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace clew::propagation {

class CarriedRef;

class Carried {
public:
    // Null when both are empty, or memory is short. The texts are what inject() writes.
    static CarriedRef make(std::string_view trace_state, std::string_view baggage) noexcept;

    // Members of a `tracestate` header, joined by commas; valid, or empty.
    std::string_view trace_state() const noexcept { return trace_state_; }
    // Members of a `baggage` header, in the same way; see BaggageReader.
    std::string_view baggage() const noexcept { return baggage_; }

    // For bindings in C; C++ holds a CarriedRef.
    void retain() const noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() const noexcept {
        // Pairs with the other releases: who deletes has seen all uses.
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

private:
    Carried(std::string_view trace_state, std::string_view baggage)
        : trace_state_(trace_state), baggage_(baggage) {}
    ~Carried() = default;

    mutable std::atomic<std::uint32_t> references_{1};
    std::string trace_state_;
    std::string baggage_;
};

class CarriedRef {
public:
    CarriedRef() noexcept = default;
    CarriedRef(const CarriedRef& other) noexcept : carried_(other.carried_) {
        if (carried_ != nullptr) carried_->retain();
    }
    CarriedRef(CarriedRef&& other) noexcept : carried_(std::exchange(other.carried_, nullptr)) {}
    CarriedRef& operator=(CarriedRef other) noexcept {
        std::swap(carried_, other.carried_);
        return *this;
    }
    ~CarriedRef() {
        if (carried_ != nullptr) carried_->release();
    }

    // Takes a reference over from release(), or from a C binding.
    static CarriedRef adopt(const Carried* carried) noexcept {
        CarriedRef ref;
        ref.carried_ = carried;
        return ref;
    }
    // Gives the reference up to the caller.
    const Carried* release() noexcept { return std::exchange(carried_, nullptr); }

    const Carried* get() const noexcept { return carried_; }
    explicit operator bool() const noexcept { return carried_ != nullptr; }
    const Carried* operator->() const noexcept { return carried_; }

private:
    const Carried* carried_ = nullptr;
};

}  // namespace clew::propagation
