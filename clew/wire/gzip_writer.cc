// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/gzip_writer.h"

#include <new>

#include <libdeflate.h>

namespace clew::wire {
namespace {

// The next level costs twice as much for two hundredths less (docs/decisions/0017).
constexpr int kLevel = 1;

}  // namespace

void GzipWriter::End::operator()(libdeflate_compressor* compressor) const noexcept {
    libdeflate_free_compressor(compressor);
}

bool GzipWriter::is_built() noexcept { return true; }

bool GzipWriter::write(std::string_view text, std::string& out) noexcept {
    if (compressor_ == nullptr) compressor_.reset(libdeflate_alloc_compressor(kLevel));
    if (compressor_ == nullptr) return false;
    try {
        out.resize(libdeflate_gzip_compress_bound(compressor_.get(), text.size()));
    } catch (const std::bad_alloc&) {
        return false;
    }
    const std::size_t size = libdeflate_gzip_compress(
        compressor_.get(), text.data(), text.size(), out.data(), out.size()
    );
    out.resize(size);
    return size != 0;
}

}  // namespace clew::wire
