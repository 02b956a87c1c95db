// SPDX-License-Identifier: Apache-2.0
#pragma once

// What went wrong, as a value: a permanent number that programs compare and a sentence that people
// read. Made where the failure is found, given context while it climbs, shown once by whoever
// answers a person or a peer. Every code has a line in docs/reference/errors.md.
//
// Threads: a plain value.

#include <cstdint>
#include <string>
#include <string_view>

namespace clew {

// Numbers are permanent: a code that is no longer used is never given to something else.
enum class Code : std::uint16_t {
    invalid_argument = 1,    // a caller, a query or a configuration asks for what cannot be
    malformed = 2,           // bytes do not follow their format
    truncated = 3,           // bytes end before their format does
    limit_exceeded = 4,      // a named limit was passed; the message names it
    not_found = 5,           // nothing by that name or id
    unavailable = 6,         // a peer or a resource cannot be reached now; trying again may help
    overloaded = 7,          // refused to protect what is already accepted; try again later
    timed_out = 8,           // a deadline passed
    unsupported = 9,         // a form of the protocol that this program does not speak
    address_in_use = 10,     // another program listens there
    permission_denied = 11,  // the operating system says no
    io = 12,                 // the operating system failed a call; the message carries its words
    cancelled = 13,          // the work was stopped on purpose
    internal = 14,           // a broken promise inside the program
};

// The code's name as it stands above, e.g. "limit_exceeded".
std::string_view code_name(Code code) noexcept;

struct Error {
    Code code = Code::internal;
    std::string message;

    // Prepends what was being attempted: "reading the configuration: port is not a number".
    Error with_context(std::string_view context) &&;

    friend bool operator==(const Error&, const Error&) = default;
};

// An Error for a failed system call: the code fits `errno_value`, the message ends in its text.
Error system_error(std::string_view context, int errno_value);

}  // namespace clew
