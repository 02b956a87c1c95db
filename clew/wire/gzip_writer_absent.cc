// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/gzip_writer.h"

namespace clew::wire {

void GzipWriter::End::operator()(libdeflate_compressor*) const noexcept {}

bool GzipWriter::is_built() noexcept { return false; }

bool GzipWriter::write(std::string_view, std::string&) noexcept { return false; }

}  // namespace clew::wire
