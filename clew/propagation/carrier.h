// SPDX-License-Identifier: Apache-2.0
#pragma once

// How propagation sees the headers of a request or a message: any callable that gives a header's
// value by its name, and any callable that sets one. References without ownership, made where they
// are passed, never stored; no allocation.
//
//     b3.extract([&](std::string_view name) { return request.header(name); });
//     b3.inject(context, [&](std::string_view name, std::string_view value) { ... });
//
// A header that stands several times is given as one, its values joined with commas in their order
// (RFC 9110, 5.3), as WSGI servers do: a list goes on, and an id that came twice is malformed.
// A callable that throws does no harm: what it could not read counts as malformed, what it could
// not write makes inject() return false.
//
// Threads: with the carrier it refers to.

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace clew::propagation {

// Reads headers. The callable returns std::optional of a text (no value: absent), or a text (empty:
// absent), or a C string (null: absent).
class HeaderReader {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a lambda is passed as it is
    template <std::invocable<std::string_view> F>
    HeaderReader(const F& get) noexcept
        : object_(std::addressof(get)), call_(&HeaderReader::call<F>) {
        using Result = std::invoke_result_t<const F&, std::string_view>;
        static_assert(!std::same_as<Result, std::string>, "the text must outlive the call");
        static_assert(!std::same_as<Result, std::optional<std::string>>, "the same");
    }

    // Valid until: the next get(), or the carrier changes.
    std::optional<std::string_view> get(std::string_view name) const noexcept {
        const std::string_view value = call_(object_, name);
        if (value.data() == nullptr) return std::nullopt;
        return value;
    }

private:
    // What a header that could not be read stands for: malformed in every format.
    static constexpr std::string_view kUnreadable = "?";

    template <typename F>
    static std::string_view call(const void* object, std::string_view name) noexcept {
        try {
            return as_text((*static_cast<const F*>(object))(name));
        } catch (...) {
            return kUnreadable;
        }
    }
    template <typename T>
    static std::string_view as_text(const std::optional<T>& value) {
        if (!value) return {};
        const std::string_view text(*value);
        return text.data() == nullptr ? std::string_view("") : text;
    }
    static std::string_view as_text(const char* value) {
        return value == nullptr ? std::string_view() : std::string_view(value);
    }
    static std::string_view as_text(std::string_view value) {
        return value.empty() ? std::string_view() : value;
    }

    const void* object_;
    std::string_view (*call_)(const void*, std::string_view) noexcept;
};

// Sets headers.
class HeaderWriter {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a lambda is passed as it is
    template <std::invocable<std::string_view, std::string_view> F>
    HeaderWriter(const F& set) noexcept
        : object_(std::addressof(set)), call_(&HeaderWriter::call<F>) {}

    // False when the carrier threw.
    bool set(std::string_view name, std::string_view value) const noexcept {
        return call_(object_, name, value);
    }

private:
    template <typename F>
    static bool call(const void* object, std::string_view name, std::string_view value) noexcept {
        try {
            (*static_cast<const F*>(object))(name, value);
            return true;
        } catch (...) {
            return false;
        }
    }

    const void* object_;
    bool (*call_)(const void*, std::string_view, std::string_view) noexcept;
};

// A list of headers as a carrier to read from: names are compared without regard to ASCII case,
// fields of one name are joined. Threads: one at a time, since a joined value is kept here.
struct HeaderField {
    std::string_view name;
    std::string_view value;
};

class HeaderFields {
public:
    explicit HeaderFields(std::span<const HeaderField> fields) noexcept : fields_(fields) {}

    // Valid until: the next call. May throw std::bad_alloc.
    std::optional<std::string_view> operator()(std::string_view name) const;

private:
    std::span<const HeaderField> fields_;
    mutable std::string joined_;
};

// How names are written, and asked for.
enum class HeaderCase {
    canonical,  // X-B3-TraceId: HTTP, where readers ignore case
    lower,      // x-b3-traceid: carriers that compare names byte by byte (gRPC, Kafka)
};

}  // namespace clew::propagation
