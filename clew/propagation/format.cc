// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/format.h"

#include "clew/propagation/internal/header_list.h"

namespace clew::propagation {

namespace {

// In the order of Format.
constexpr std::array<std::string_view, kFormats> kNames{"b3multi", "b3", "tracecontext", "baggage"};
constexpr std::string_view kNone = "none";

}  // namespace

std::string_view format_name(Format format) noexcept {
    return kNames[static_cast<std::size_t>(format)];
}

std::optional<Format> format_of(std::string_view name) noexcept {
    for (std::size_t at = 0; at < kNames.size(); ++at) {
        if (kNames[at] == name) return static_cast<Format>(at);
    }
    return std::nullopt;
}

std::optional<FormatList> parse_formats(std::string_view text, UnknownNames unknown) noexcept {
    if (internal::trim_optional_space(text) == kNone) return FormatList();
    FormatList formats;
    bool is_last = false;
    while (!is_last) {
        is_last = text.find(',') == std::string_view::npos;
        const std::optional<Format> format = format_of(internal::next_member(text, ','));
        if (format) {
            formats.add(*format);
        } else if (unknown == UnknownNames::refuse) {
            return std::nullopt;
        }
    }
    if (formats.empty()) return std::nullopt;
    return formats;
}

}  // namespace clew::propagation
