// SPDX-License-Identifier: Apache-2.0
#pragma once

// W3C Baggage: names and values of the application's own that travel with a request, whether or not
// it is traced: `baggage: user=alice,region=north%20west;ttl=5`. Values are percent-encoded on the
// wire. A text here is a header's value, or Carried::baggage(); those made here are in normal form,
// without spaces and empty members.
//
// Threads: pure functions and plain values.

#include <optional>
#include <string>
#include <string_view>

#include "clew/propagation/carrier.h"

namespace clew::propagation {

inline constexpr std::string_view kBaggageHeader = "baggage";
// What travels on (W3C Baggage, 3.3.2, asks for as much); members beyond are left out, whole.
inline constexpr std::size_t kBaggageBytesMax = 8192;
inline constexpr std::size_t kBaggageMembersMax = 64;

// As it stands on the wire: views of the text.
struct BaggageMember {
    std::string_view key;         // a token (RFC 9110, 5.6.2)
    std::string_view value;       // percent-encoded; see append_decoded()
    std::string_view properties;  // ";ttl=5", or empty
};

// Goes through a text member by member; what breaks the format is skipped and counted.
class BaggageReader {
public:
    explicit BaggageReader(std::string_view text) noexcept : rest_(text) {}

    // False at the end. Valid until: the text changes.
    bool next(BaggageMember& member) noexcept;
    std::size_t malformed_count() const noexcept { return malformed_count_; }

private:
    std::string_view rest_;
    std::size_t malformed_count_ = 0;
};

struct ReceivedBaggage {
    std::string text;
    bool had_malformed = false;  // a member broke the format, or was beyond a limit
};

// The functions that make texts may throw std::bad_alloc.

ReceivedBaggage normal_baggage(std::string_view text);

// What a percent-encoded value means; bytes that are no UTF-8 become U+FFFD.
void append_decoded(std::string_view value, std::string& out);

// `text`, in normal form, with one member of that key, whose value is any text: at its end, in
// place of all others of the key. Nothing when the key is no token or a limit would be passed.
std::optional<std::string> with_baggage(
    std::string_view text, std::string_view key, std::string_view value
);
// `text`, in normal form, without the members of that key.
std::string without_baggage(std::string_view text, std::string_view key);

}  // namespace clew::propagation
