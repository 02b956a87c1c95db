// SPDX-License-Identifier: Apache-2.0
#pragma once

// gzip for what an application sends: a body of spans shrinks to a seventh, for about a microsecond
// of the sending thread per span. One compressor is made at the first text and used for all later
// ones. libdeflate comes in as an archive, its names hidden, so that nothing is needed at run time;
// a build that has no archive has a writer that declines (gzip_writer_absent.cc). Reading gzip is
// for servers: compression.h.
//
// Threads: one at a time. Fork: a child makes its own.

#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace clew::wire {

class GzipWriter {
public:
    // False: write() always declines.
    static bool is_built() noexcept;

    // `text` as a gzip stream of one member, in place of what `out` held; its capacity is kept.
    // False when there is no memory or no libdeflate: the text has to go as it is.
    bool write(std::string_view text, std::string& out) noexcept;

private:
    struct End {
        void operator()(libdeflate_compressor* compressor) const noexcept;
    };

    std::unique_ptr<libdeflate_compressor, End> compressor_;
};

}  // namespace clew::wire
