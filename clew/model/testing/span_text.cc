// SPDX-License-Identifier: Apache-2.0
#include "clew/model/testing/span_text.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include "clew/model/span_builder.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::model::testing {

namespace {

// One word of a line: what stands before its first `=` outside quotes, and what stands behind.
struct Word {
    std::string name;
    std::string value;
    bool has_value = false;
};

Error mistake(std::string message) { return {Code::invalid_argument, std::move(message)}; }

Expected<std::vector<Word>> split_words(std::string_view line) {
    std::vector<Word> words;
    bool in_word = false;
    bool in_quotes = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        if (!in_quotes && c == ' ') {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        Word& word = words.back();
        if (c == '"') {
            in_quotes = !in_quotes;
            continue;
        }
        if (!in_quotes && c == '=' && !word.has_value) {
            word.has_value = true;
            continue;
        }
        if (in_quotes && c == '\\' && i + 1 < line.size()) {
            c = line[++i];
            if (c == 'n') c = '\n';
        }
        (word.has_value ? word.value : word.name).push_back(c);
    }
    if (in_quotes) return mistake("a quote is not closed");
    return words;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

// name@address:port
std::optional<Endpoint> parse_endpoint(std::string_view text, SpanBuilder& builder) {
    Endpoint endpoint;
    const std::size_t at = text.find('@');
    endpoint.service_name = builder.copy(text.substr(0, at));
    while (text.find('@') != std::string_view::npos) {
        text.remove_prefix(text.find('@') + 1);
        std::string_view address = text.substr(0, text.find('@'));
        const std::size_t colon = address.rfind(':');
        const bool has_port = colon != std::string_view::npos && !address.ends_with(']');
        if (has_port) {
            const auto port = parse_number<std::uint16_t>(address.substr(colon + 1));
            if (!port) return std::nullopt;
            endpoint.port = *port;
            address = address.substr(0, colon);
        }
        if (address.starts_with('[') && address.ends_with(']')) {
            address = address.substr(1, address.size() - 2);
        }
        const IpAddress ip = parse_ip(address);
        if (!address.empty() && !ip.v4 && !ip.v6) return std::nullopt;
        if (ip.v4) endpoint.ipv4 = ip.v4;
        if (ip.v4) endpoint.ipv4_zeros = ip.v4_zeros;
        if (ip.v6) endpoint.ipv6 = ip.v6;
    }
    return endpoint;
}

// Writes one line's words into a span; returns false for a word that means nothing.
class LineReader {
public:
    explicit LineReader(SpanBuilder& builder) : builder_(builder), span_(builder) { span_.start(); }

    bool read(const Word& word) {
        if (!word.has_value) return read_flag(word.name);
        if (word.name.starts_with("tag:")) {
            span_.add_tag(builder_.copy(word.name.substr(4)), builder_.copy(word.value));
            return true;
        }
        if (word.name.starts_with("note:")) {
            const auto time = parse_number<std::int64_t>(std::string_view(word.name).substr(5));
            if (time) span_.add_annotation(*time, builder_.copy(word.value));
            return time.has_value();
        }
        return read_id(word) || read_time(word) || read_description(word);
    }

    Expected<void> finish() { return span_.finish(); }

private:
    bool read_flag(std::string_view name) {
        if (name == "debug") span_.set_debug(true);
        if (name == "shared") span_.set_shared(true);
        return name == "debug" || name == "shared";
    }

    bool read_id(const Word& word) {
        if (word.name == "trace") {
            span_.set_trace_id(word.value);
        } else if (word.name == "id") {
            span_.set_id(word.value);
        } else if (word.name == "parent") {
            span_.set_parent_id(word.value);
        } else {
            return false;
        }
        return true;
    }

    bool read_time(const Word& word) {
        const auto time = parse_number<std::int64_t>(word.value);
        if (!time) return false;
        if (word.name == "at") span_.set_timestamp(*time);
        if (word.name == "for") span_.set_duration(*time);
        return word.name == "at" || word.name == "for";
    }

    bool read_description(const Word& word) {
        if (word.name == "kind") {
            const auto kind = parse_kind(word.value);
            if (kind) span_.set_kind(*kind);
            return kind.has_value();
        }
        if (word.name == "name") {
            span_.set_name(builder_.copy(word.value));
            return true;
        }
        if (word.name != "local" && word.name != "remote") return false;
        const auto endpoint = parse_endpoint(word.value, builder_);
        if (!endpoint) return false;
        if (word.name == "local") span_.set_local_endpoint(*endpoint);
        if (word.name == "remote") span_.set_remote_endpoint(*endpoint);
        return true;
    }

    SpanBuilder& builder_;
    ZipkinSpanBuilder span_;
};

Expected<void> read_line(std::string_view line, SpanBuilder& builder) {
    auto words = split_words(line);
    if (!words) return std::move(words).error();
    LineReader reader(builder);
    for (const Word& word : *words) {
        if (!reader.read(word)) return mistake("\"" + word.name + "\" or its value means nothing");
    }
    return reader.finish();
}

std::string quoted(std::string_view text) {
    if (!text.empty() && text.find_first_of(" =\"\\\n") == std::string_view::npos) {
        return std::string(text);
    }
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return out + "\"";
}

std::string endpoint_text(const Endpoint& endpoint) {
    std::string out(endpoint.service_name);
    if (endpoint.ipv4) {
        out += "@";
        append_ip(*endpoint.ipv4, out, endpoint.ipv4_zeros);
    }
    if (endpoint.ipv6) {
        out += "@[";
        append_ip(*endpoint.ipv6, out);
        out += "]";
    }
    if (endpoint.port != 0) {
        if (!endpoint.ipv4 && !endpoint.ipv6) out += "@";
        out += ":" + std::to_string(endpoint.port);
    }
    return quoted(out);
}

}  // namespace

Expected<SpanBatch> parse_spans(std::string_view text) {
    SpanBuilder builder;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        const std::size_t start = line.find_first_not_of(' ');
        if (start == std::string_view::npos || line[start] == '#') continue;
        if (auto read = read_line(line, builder); !read) {
            return std::move(read).error().with_context("line " + std::to_string(number));
        }
    }
    return builder.finish();
}

SpanBatch spans(std::string_view text) {
    Expected<SpanBatch> batch = parse_spans(text);
    if (!batch) {
        std::fprintf(stderr, "spans in a test: %s\n", batch.error().message.c_str());
        std::abort();
    }
    return *std::move(batch);
}

std::string span_text(const Span& span) {
    std::string out = "trace=" + span.trace_id().to_hex() + " id=" + span.id().to_hex();
    if (!span.parent_id().is_zero()) out += " parent=" + span.parent_id().to_hex();
    if (span.kind() != Kind::none) out += " kind=" + std::string(kind_name(span.kind()));
    if (!span.name().empty()) out += " name=" + quoted(span.name());
    if (!span.timestamp().is_absent()) out += " at=" + std::to_string(span.timestamp().us);
    if (!span.duration().is_absent()) out += " for=" + std::to_string(span.duration().us);
    if (const Endpoint* local = span.local_endpoint()) out += " local=" + endpoint_text(*local);
    if (const Endpoint* remote = span.remote_endpoint()) out += " remote=" + endpoint_text(*remote);
    for (const Annotation& annotation : span.annotations()) {
        out += " note:" + std::to_string(annotation.time.us) + "=" + quoted(annotation.value);
    }
    for (const Tag& tag : span.tags()) {
        std::string value;
        tag.value.append_text(value);
        out += " tag:" + quoted(tag.key) + "=" + quoted(value);
    }
    if (span.debug()) out += " debug";
    if (span.shared()) out += " shared";
    return out;
}

}  // namespace clew::model::testing
