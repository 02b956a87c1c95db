// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which clew this is: what --version, /info and the start-up line say, and what a report about a
// fault should name. Filled by the build.
//
// Threads: constants.

#include <string>
#include <string_view>

namespace clew::app {

std::string_view version() noexcept;  // e.g. "0.1.0"
std::string_view commit() noexcept;   // short; empty when it was built outside of a repository
std::string version_line();           // "clew 0.1.0 (963b33f)"

}  // namespace clew::app
