// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/sender.h"

namespace clew::transport {

namespace {

constexpr std::size_t kExcerptBytesMax = 200;

}  // namespace

std::string_view outcome_name(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::accepted: return "accepted";
        case Outcome::refused: return "refused";
        case Outcome::try_later: return "try_later";
        case Outcome::not_sent: return "not_sent";
        case Outcome::unanswered: return "unanswered";
    }
    return "unknown";
}

std::string excerpt(std::string_view words) {
    std::string shown(words.substr(0, kExcerptBytesMax));
    for (char& c : shown) {
        if (c < ' ' || c > '~') c = ' ';
    }
    while (shown.ends_with(' ')) shown.pop_back();
    return shown;
}

}  // namespace clew::transport
