// SPDX-License-Identifier: Apache-2.0
#include "clew/app/version.h"

namespace clew::app {

std::string_view version() noexcept { return CLEW_VERSION; }

std::string_view commit() noexcept { return CLEW_COMMIT; }

std::string version_line() {
    std::string line = "clew " + std::string(version());
    if (!commit().empty()) line.append(" (").append(commit()).append(")");
    return line;
}

}  // namespace clew::app
