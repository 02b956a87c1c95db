// SPDX-License-Identifier: Apache-2.0
#pragma once

// The header formats by name, as a person configures them: `b3multi`, `b3`, `tracecontext`,
// `baggage`, in a list with commas. The names are those that OpenTelemetry gave them.
//
// Threads: pure functions and plain values.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace clew::propagation {

enum class Format : std::uint8_t { b3_multi, b3_single, trace_context, baggage };
inline constexpr std::size_t kFormats = 4;

// Valid until: always.
std::string_view format_name(Format format) noexcept;
std::optional<Format> format_of(std::string_view name) noexcept;

// Formats in the order in which they are asked, each once.
class FormatList {
public:
    constexpr FormatList() noexcept = default;
    constexpr FormatList(std::initializer_list<Format> formats) noexcept {
        for (const Format format : formats) add(format);
    }

    // Does nothing when it is there already.
    constexpr void add(Format format) noexcept {
        if (!contains(format)) formats_[size_++] = format;
    }
    constexpr bool contains(Format format) const noexcept {
        for (const Format known : *this) {
            if (known == format) return true;
        }
        return false;
    }

    constexpr const Format* begin() const noexcept { return formats_.data(); }
    constexpr const Format* end() const noexcept { return formats_.data() + size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr std::size_t size() const noexcept { return size_; }

    friend constexpr bool operator==(const FormatList&, const FormatList&) noexcept = default;

private:
    std::array<Format, kFormats> formats_{};
    std::size_t size_ = 0;
};

enum class UnknownNames : std::uint8_t { refuse, skip };

// "b3multi, tracecontext"; "none" alone is the empty list. Nothing when a name is unknown and those
// are refused, and for a text without a name.
std::optional<FormatList> parse_formats(
    std::string_view text, UnknownNames unknown = UnknownNames::refuse
) noexcept;

}  // namespace clew::propagation
