// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serves the page at /zipkin/ from inside the program, with Zipkin's addresses: one HTML file for
// every address a person can be at, hashed assets that browsers keep for good, config.json, and the
// headers that keep foreign script out.
//
// Threads: as every route.

#include <string>
#include <string_view>
#include <vector>

#include "clew/web/router.h"
#include "clew/web/ui_assets.h"
#include "clew/web/ui_config.h"

namespace clew::web {

class UiRoutes {
public:
    UiRoutes(UiAssets assets, const UiConfig& config);

    // Requires: this outlives the router.
    void mount(Router& router) const;

private:
    void serve_file(
        const transport::HttpRequest& request, const transport::HttpResponder& responder
    ) const;
    void serve_page(
        const transport::HttpRequest& request, const transport::HttpResponder& responder
    ) const;

    struct File {
        UiAsset asset;
        std::string etag;  // without its quotes
    };

    static transport::HttpResponse response_of(
        const File& file, const transport::HttpRequest& request
    );

    std::vector<File> files_;
    std::string config_json_;
    std::string security_policy_;
    std::string page_;       // index.html with its <base> set; empty in a build without the page
    std::string page_gzip_;  // where <base> was set to another path
    File page_file_;
};

}  // namespace clew::web
