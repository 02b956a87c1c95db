// SPDX-License-Identifier: Apache-2.0
#include "test/pipeline/shared_files.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace clew::testing {

namespace {

std::filesystem::path shared_folder() {
    const char* named = std::getenv("CLEW_SHARED");
    if (named != nullptr && *named != '\0') return named;
    return std::filesystem::path(CLEW_SOURCE_DIR).parent_path() / "shared";
}

std::filesystem::path path_of(const std::string& name) { return shared_folder() / "data" / name; }

}  // namespace

std::optional<std::string> read_shared_file(const std::string& name) {
    std::ifstream file(path_of(name), std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<std::vector<std::string>> read_shared_lines(const std::string& name) {
    if (!std::filesystem::exists(path_of(name))) return std::nullopt;
    const std::string command = "zstd -dcq '" + path_of(name).string() + "' 2>/dev/null";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return std::nullopt;
    std::string text;
    std::vector<char> buffer(1 << 20);
    for (std::size_t got = 1; got > 0;) {
        got = std::fread(buffer.data(), 1, buffer.size(), pipe);
        text.append(buffer.data(), got);
    }
    if (pclose(pipe) != 0) return std::nullopt;
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (end > begin) lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::string why_skipped(const std::string& name) {
    return name + " is not readable: set CLEW_SHARED, or have `shared` beside the checkout (and " +
           "the tool zstd for .zst files)";
}

}  // namespace clew::testing
