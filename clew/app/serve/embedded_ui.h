// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page's files in this program: what cmake/Ui.cmake has embedded, or nothing in a build without
// the page.
//
// Threads: constants.

#include "clew/web/ui_assets.h"

namespace clew::app {

web::UiAssets embedded_ui() noexcept;

}  // namespace clew::app
