// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of the page, inside the program. The table is made at build time by cmake/Ui.cmake; a
// build without the page has an empty one, and a line of text tells how to build it.
//
// Threads: constants.

#include <span>
#include <string_view>

namespace clew::web {

struct UiAsset {
    std::string_view name;  // relative to /zipkin/, e.g. "index.html"
    std::string_view content_type;
    std::string_view content;
    // The same, compressed when the program was built; empty: not worth it.
    std::string_view gzip = {};
    std::string_view brotli = {};
};

using UiAssets = std::span<const UiAsset>;

}  // namespace clew::web
