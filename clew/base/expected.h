// SPDX-License-Identifier: Apache-2.0
#pragma once

// A value, or the Error that stands in its place. The part of C++23's std::expected that clew uses,
// under the same names, because installed headers may not ask for C++23 or for a library.
//
//     Expected<TraceId> id = parse_trace_id(text);
//     if (!id) return std::move(id).error();
//
// Threads: a plain value.

#include <type_traits>
#include <utility>
#include <variant>

#include "clew/base/assert.h"
#include "clew/base/error.h"

namespace clew {

template <typename T>
class [[nodiscard]] Expected {
public:
    using value_type = T;

    Expected(T value)
        : state_(std::in_place_index<0>, std::move(value)) {
    }  // NOLINT(google-explicit-constructor): as std::expected
    Expected(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {
    }  // NOLINT(google-explicit-constructor): `return error;` is the point

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    // Requires: has_value(), checked.
    T& value() & { return checked_value(); }
    const T& value() const& { return const_cast<Expected*>(this)->checked_value(); }
    T&& value() && { return std::move(checked_value()); }
    T& operator*() & { return checked_value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(checked_value()); }
    T* operator->() { return &checked_value(); }
    const T* operator->() const { return &value(); }

    // Requires: !has_value(), checked.
    const Error& error() const& { return const_cast<Expected*>(this)->checked_error(); }
    Error&& error() && { return std::move(checked_error()); }

    template <typename U>
    T value_or(U&& other) const& {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

    // next: T -> Expected<U>; an error passes through untouched.
    template <typename F>
    auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
        if (has_value()) return std::forward<F>(next)(std::move(checked_value()));
        return std::move(checked_error());
    }

    // change: T -> U.
    template <typename F>
    auto transform(F&& change) && -> Expected<std::invoke_result_t<F, T&&>> {
        if (has_value()) return std::forward<F>(change)(std::move(checked_value()));
        return std::move(checked_error());
    }

private:
    T& checked_value() {
        CLEW_ASSERT(has_value());
        return *std::get_if<0>(&state_);
    }
    Error& checked_error() {
        CLEW_ASSERT(!has_value());
        return *std::get_if<1>(&state_);
    }

    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Expected<void> {
public:
    using value_type = void;

    Expected() = default;
    Expected(Error error)
        : error_(std::move(error)),
          failed_(true) {}  // NOLINT(google-explicit-constructor): `return error;` is the point

    bool has_value() const noexcept { return !failed_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const { CLEW_ASSERT(has_value()); }

    // Requires: !has_value(), checked.
    const Error& error() const& {
        CLEW_ASSERT(failed_);
        return error_;
    }
    Error&& error() && {
        CLEW_ASSERT(failed_);
        return std::move(error_);
    }

    template <typename F>
    auto and_then(F&& next) && -> std::invoke_result_t<F> {
        if (has_value()) return std::forward<F>(next)();
        return std::move(error_);
    }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace clew
