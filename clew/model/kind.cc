// SPDX-License-Identifier: Apache-2.0
#include "clew/model/kind.h"

namespace clew::model {

std::string_view kind_name(Kind kind) noexcept {
    switch (kind) {
        case Kind::none: return {};
        case Kind::client: return "CLIENT";
        case Kind::server: return "SERVER";
        case Kind::producer: return "PRODUCER";
        case Kind::consumer: return "CONSUMER";
    }
    return {};
}

std::optional<Kind> parse_kind(std::string_view text) noexcept {
    for (const Kind kind : {Kind::client, Kind::server, Kind::producer, Kind::consumer}) {
        if (text == kind_name(kind)) return kind;
    }
    return std::nullopt;
}

}  // namespace clew::model
