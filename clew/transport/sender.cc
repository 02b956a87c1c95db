// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/sender.h"

namespace clew::transport {

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

}  // namespace clew::transport
