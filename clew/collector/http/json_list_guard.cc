// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/http/json_list_guard.h"

#include <optional>

namespace clew::collector {

namespace {

// Nesting of the places where keys are looked at: the list is 1, a span 2, its annotations 3.
constexpr int kSpanDepth = 2;
constexpr int kAnnotationDepth = 4;

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Walks over tokens without checking that they make sense.
class KeyWalk {
public:
    explicit KeyWalk(std::string_view body) noexcept : body_(body) {}

    JsonList run() noexcept {
        for (; at_ < body_.size(); ++at_) {
            switch (body_[at_]) {
                case '"': last_text_ = read_string(); break;
                case '{':
                case '[': ++depth_; break;
                case '}':
                case ']': --depth_; break;
                case ':':
                    if (const std::optional<JsonList> known = look_at_key()) return *known;
                    break;
                default: break;
            }
        }
        return JsonList::v2;
    }

private:
    // Leaves at_ on the closing quote.
    std::string_view read_string() noexcept {
        const std::size_t begin = ++at_;
        while (at_ < body_.size() && body_[at_] != '"') at_ += body_[at_] == '\\' ? 2u : 1u;
        return body_.substr(begin, at_ < body_.size() ? at_ - begin : 0);
    }

    std::optional<JsonList> look_at_key() noexcept {
        if (depth_ == kSpanDepth) {
            span_key_ = last_text_;
            if (span_key_ == "binaryAnnotations") return JsonList::v1;
            if (span_key_ == "localEndpoint" || span_key_ == "remoteEndpoint" ||
                span_key_ == "tags" || span_key_ == "kind" || span_key_ == "shared") {
                return JsonList::v2;
            }
        }
        if (depth_ == kAnnotationDepth && span_key_ == "annotations" && last_text_ == "endpoint") {
            return JsonList::v1;
        }
        return std::nullopt;
    }

    std::string_view body_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::string_view last_text_;
    std::string_view span_key_;
};

}  // namespace

JsonList recognise_json_list(std::string_view body) noexcept {
    std::size_t begin = 0;
    while (begin < body.size() && is_space(body[begin])) ++begin;
    if (begin == body.size() || body[begin] != '[') return JsonList::none;
    return KeyWalk(body.substr(begin)).run();
}

}  // namespace clew::collector
