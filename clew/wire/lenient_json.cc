// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/lenient_json.h"

#include <utility>

#include "clew/base/hex.h"
#include "clew/base/json_text.h"
#include "clew/base/text.h"

namespace clew::wire {

namespace {

constexpr std::string_view kBlanks = " \t\n\r";
constexpr std::size_t kUnicodeEscapeBytes = 6;

bool is_letter(char c) noexcept {
    const char lower = ascii_lower_case(c);
    return lower >= 'a' && lower <= 'z';
}

bool is_high_surrogate(std::uint64_t unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(std::uint64_t unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

// The code unit of an escape such as \u00e9 at the front of the text; nothing when it is none.
std::optional<std::uint64_t> unicode_escape(std::string_view text) {
    if (text.size() < kUnicodeEscapeBytes || !text.starts_with("\\u")) return std::nullopt;
    std::string digits(text.substr(2, 4));
    for (char& digit : digits) digit = ascii_lower_case(digit);
    return parse_hex(digits);
}

// Walks over the text once and writes what changes; without `out` it only measures.
class Rewriter {
public:
    Rewriter(std::string_view text, std::string* out) : text_(text), out_(out) {}

    void run() {
        for (int depth = 0; at_ < text_.size();) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                walk_string();
            } else if (is_letter(c)) {
                walk_word();
            } else {
                ++at_;
                if (c == '[' || c == '{') ++depth;
                if ((c == ']' || c == '}') && --depth <= 0) break;
            }
        }
        put(text_.substr(kept_, at_ - kept_));
    }

    std::size_t size() const noexcept { return size_; }
    bool has_changed() const noexcept { return has_changed_; }
    std::string_view rest() const noexcept { return text_.substr(at_); }

private:
    void put(std::string_view bytes) {
        size_ += bytes.size();
        if (out_ != nullptr) out_->append(bytes);
    }

    // `by` stands for the next `taken` bytes.
    void replace(std::string_view by, std::size_t taken) {
        put(text_.substr(kept_, at_ - kept_));
        put(by);
        at_ += taken;
        kept_ = at_;
        has_changed_ = true;
    }

    void walk_word() {
        std::size_t end = at_;
        while (end < text_.size() && is_letter(text_[end])) ++end;
        const std::string_view word = text_.substr(at_, end - at_);
        for (const std::string_view keyword : {"true", "false", "null"}) {
            if (word != keyword && equals_ignoring_case(word, keyword)) {
                return replace(keyword, word.size());
            }
        }
        at_ = end;
    }

    // Up to the closing quote and over it.
    void walk_string() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return;
            }
            if (c == '\\') {
                walk_escape();
            } else if (static_cast<unsigned char>(c) < 0x20) {
                std::string quoted;
                append_json_string(text_.substr(at_, 1), quoted);
                replace(std::string_view(quoted).substr(1, quoted.size() - 2), 1);
            } else {
                walk_character();
            }
        }
    }

    void walk_character() {
        const std::string_view text = rest();
        char32_t unused = 0;
        const std::size_t size = decode_utf8(text, unused);
        if (size == 0) return replace(kReplacementCharacter, malformed_utf8_size(text));
        at_ += size;
    }

    void walk_escape() {
        const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : '\\';
        if (escaped == '\'') return replace("'", 2);
        if (escaped == '\n') return replace("\\n", 2);
        const std::optional<std::uint64_t> unit = unicode_escape(rest());
        if (unit && is_low_surrogate(*unit)) return replace("?", kUnicodeEscapeBytes);
        if (!unit || !is_high_surrogate(*unit)) {
            at_ = std::min(at_ + 2, text_.size());
            return;
        }
        const std::optional<std::uint64_t> next =
            unicode_escape(rest().substr(kUnicodeEscapeBytes));
        if (!next || !is_low_surrogate(*next)) return replace("?", kUnicodeEscapeBytes);
        at_ += 2 * kUnicodeEscapeBytes;
    }

    const std::string_view text_;
    std::string* const out_;
    std::size_t at_ = 0;
    std::size_t kept_ = 0;  // up to here the text is written
    std::size_t size_ = 0;  // written, or measured
    bool has_changed_ = false;
};

}  // namespace

Expected<std::optional<StrictJson>> as_strict_json(
    std::string_view text, std::size_t bytes_max, std::size_t padding
) {
    Rewriter measure(text, nullptr);
    measure.run();
    std::string_view behind = measure.rest();
    behind.remove_prefix(std::min(behind.find_first_not_of(kBlanks), behind.size()));
    if (!measure.has_changed() && behind.empty()) return std::optional<StrictJson>();
    if (measure.size() > bytes_max) {
        return Error{
            Code::limit_exceeded,
            "lenient_bytes_max is " + std::to_string(bytes_max) + ", with escapes for odd text"};
    }
    StrictJson strict;
    strict.bytes_behind = behind.size();
    strict.text.reserve(measure.size() + padding);
    Rewriter(text, &strict.text).run();
    return std::optional<StrictJson>(std::move(strict));
}

}  // namespace clew::wire
