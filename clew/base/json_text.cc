// SPDX-License-Identifier: Apache-2.0
#include "clew/base/json_text.h"

#include <array>

namespace clew {

namespace {

// 0: raw; 1: a control without a short escape; 2: first byte of U+2028/2029, looked at closer;
// otherwise the letter of the short escape.
constexpr std::array<char, 256> make_escapes() {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = 1;
    table['"'] = '"';
    table['\\'] = '\\';
    table['\t'] = 't';
    table['\b'] = 'b';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\f'] = 'f';
    table[0xe2] = 2;
    return table;
}

constexpr std::array<char, 256> kEscapes = make_escapes();

// Appends what stands for text[at]; returns how many bytes of the text it covers.
std::size_t append_escape(std::string_view text, std::size_t at, char escape, std::string& out) {
    constexpr char kDigits[] = "0123456789abcdef";
    if (escape == 1) {
        out.append("\\u00");
        out.push_back(kDigits[static_cast<unsigned char>(text[at]) >> 4]);
        out.push_back(kDigits[text[at] & 0xf]);
        return 1;
    }
    if (escape == 2) {
        const std::string_view sequence = text.substr(at, 3);
        if (sequence == "\xe2\x80\xa8") {
            out.append("\\u2028");
        } else if (sequence == "\xe2\x80\xa9") {
            out.append("\\u2029");
        } else {
            out.push_back(text[at]);
            return 1;
        }
        return 3;
    }
    out.push_back('\\');
    out.push_back(escape);
    return 1;
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
    out.push_back('"');
    std::size_t raw_begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char escape = kEscapes[static_cast<unsigned char>(text[i])];
        if (escape == 0) {
            ++i;
            continue;
        }
        out.append(text.substr(raw_begin, i - raw_begin));
        i += append_escape(text, i, escape, out);
        raw_begin = i;
    }
    out.append(text.substr(raw_begin));
    out.push_back('"');
}

}  // namespace clew
