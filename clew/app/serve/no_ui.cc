// SPDX-License-Identifier: Apache-2.0
#include "clew/app/serve/embedded_ui.h"

namespace clew::app {

// Stands in for the generated file when CLEW_UI is OFF.
web::UiAssets embedded_ui() noexcept { return {}; }

}  // namespace clew::app
