// SPDX-License-Identifier: Apache-2.0
// Goal: every type of value is kept, compared and shown as text. Method: one value of each.
#include "clew/model/value.h"

#include <limits>

#include <gtest/gtest.h>

namespace clew::model {
namespace {

std::string text_of(const Value& value) {
    std::string out;
    value.append_text(out);
    return out;
}

TEST(Value, is_sixteen_bytes) { EXPECT_EQ(sizeof(Value), 16U); }

TEST(Value, shows_scalars_as_text) {
    EXPECT_EQ(text_of(Value()), "");
    EXPECT_EQ(text_of(Value("a\"b")), "a\"b");
    EXPECT_EQ(
        text_of(Value::of_int64(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808"
    );
    EXPECT_EQ(text_of(Value::of_float64(1.25)), "1.25");
    EXPECT_EQ(text_of(Value::of_boolean(false)), "false");
}

TEST(Value, shows_bytes_as_base64) {
    EXPECT_EQ(text_of(Value::of_bytes("")), "");
    EXPECT_EQ(text_of(Value::of_bytes("f")), "Zg==");
    EXPECT_EQ(text_of(Value::of_bytes("fo")), "Zm8=");
    EXPECT_EQ(text_of(Value::of_bytes("foo")), "Zm9v");
    EXPECT_EQ(text_of(Value::of_bytes("\xff\xfe\xfd")), "//79");
}

TEST(Value, shows_arrays_and_maps_as_json) {
    const Value inner[] = {Value("a"), Value::of_int64(1), Value::of_boolean(true)};
    const Value nested[] = {Value::of_array(inner), Value::of_array({}), Value::of_array(inner)};
    const Tag entries[] = {{"k\"", Value::of_array(nested)}, {"f", Value::of_float64(0.5)}};
    EXPECT_EQ(text_of(Value::of_array(inner)), R"(["a",1,true])");
    EXPECT_EQ(text_of(Value::of_map(entries)), R"({"k\"":[["a",1,true],[],["a",1,true]],"f":0.5})");
}

TEST(Value, keeps_json_valid_for_numbers_that_json_cannot_say) {
    const Value items[] = {Value::of_float64(std::numeric_limits<double>::infinity())};
    EXPECT_EQ(text_of(Value::of_array(items)), R"(["inf"])");
}

TEST(Value, compares_type_and_content) {
    const Value a[] = {Value("x"), Value::of_int64(1)};
    const Value b[] = {Value("x"), Value::of_int64(1)};
    EXPECT_EQ(Value::of_array(a), Value::of_array(b));
    EXPECT_NE(Value::of_array(a), Value::of_array({b, 1}));
    EXPECT_NE(Value("1"), Value::of_int64(1));
    EXPECT_NE(Value("1"), Value::of_bytes("1"));
    EXPECT_EQ(Value::of_float64(2.0), Value::of_float64(2.0));
}

}  // namespace
}  // namespace clew::model
