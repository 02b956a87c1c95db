// SPDX-License-Identifier: Apache-2.0
#include "clew/base/internal/letter_case.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "clew/base/lower_case_table.h"
#include "clew/base/text.h"

namespace clew {

namespace {

// What a character is to the word it stands in.
enum class WordPart : std::uint8_t {
    none,    // ends the word
    letter,  // has a case
    inside,  // belongs to the word: digits, marks, letters that have no case
    joint,   // belongs to the word between two letters
};

bool is_lower_case(char32_t code_point) noexcept {
    const auto value = static_cast<std::int32_t>(code_point);
    return std::any_of(
        std::begin(kLowerCaseRuns),
        std::end(kLowerCaseRuns),
        [value](const LowerCaseRun& run) {
            const std::int32_t upper = value - run.distance;
            return upper >= run.first && upper <= run.last && (upper - run.first) % run.step == 0;
        }
    );
}

WordPart ascii_part(char c) noexcept {
    const char lower = ascii_lower_case(c);
    if (lower >= 'a' && lower <= 'z') return WordPart::letter;
    if (lower >= '0' && lower <= '9') return WordPart::inside;
    const bool joins = std::string_view("-._'").find(lower) != std::string_view::npos;
    return joins ? WordPart::joint : WordPart::none;
}

WordPart part_of(char32_t c) noexcept {
    if (c < 0x80) return ascii_part(static_cast<char>(c));
    if (c == kFinalSigma || lower_case_of(c) != c || is_lower_case(c)) return WordPart::letter;
    const bool is_symbol = c < 0xaa || c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c < 0x2c00) ||
                           (c >= 0x3000 && c < 0x3005) || c >= 0x10000;
    return is_symbol ? WordPart::none : WordPart::inside;
}

// Takes the first character of the text away, and says what it is.
WordPart take_first(std::string_view& text) noexcept {
    char32_t code_point = 0;
    const std::size_t size = text.empty() ? 0 : decode_utf8(text, code_point);
    text.remove_prefix(size);
    return size == 0 ? WordPart::none : part_of(code_point);
}

WordPart take_last(std::string_view& text) noexcept {
    std::size_t begin = text.size();
    while (begin > 0 && (static_cast<unsigned char>(text[begin - 1]) & 0xc0U) == 0x80) --begin;
    if (begin > 0) --begin;
    char32_t code_point = 0;
    const std::string_view last = text.substr(begin);
    const bool is_valid = !last.empty() && decode_utf8(last, code_point) == last.size();
    text.remove_suffix(last.size());
    return is_valid ? part_of(code_point) : WordPart::none;
}

// True when the word has a letter further on; `text` begins, or ends, next to a letter.
bool has_letter(std::string_view text, WordPart (*take)(std::string_view&)) noexcept {
    WordPart previous = WordPart::letter;
    while (true) {
        const WordPart part = take(text);
        if (part == WordPart::letter) return true;
        if (part == WordPart::none) return false;
        if (part == WordPart::joint)
            return previous == WordPart::letter && take(text) == WordPart::letter;
        previous = part;
    }
}

}  // namespace

char32_t lower_case_of(char32_t code_point) noexcept {
    const auto value = static_cast<std::int32_t>(code_point);
    const auto* run = std::upper_bound(
        std::begin(kLowerCaseRuns),
        std::end(kLowerCaseRuns),
        value,
        [](std::int32_t v, const LowerCaseRun& r) { return v < r.first; }
    );
    // Runs of step 2 may enclose the start of the next one, so look at the two before the bound.
    for (int back = 0; back < 2 && run != std::begin(kLowerCaseRuns); ++back) {
        --run;
        if (value <= run->last && (value - run->first) % run->step == 0) {
            return static_cast<char32_t>(value + run->distance);
        }
    }
    return code_point;
}

bool is_last_letter(std::string_view text, std::size_t at, std::size_t size) noexcept {
    return has_letter(text.substr(0, at), take_last) &&
           !has_letter(text.substr(at + size), take_first);
}

}  // namespace clew
