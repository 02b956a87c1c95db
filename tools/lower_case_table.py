#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of clew/base/lower_case_table.h from Python's Unicode character database."""


def lower_case_pairs():
    for code_point in range(0x80, 0x110000):
        if 0xD800 <= code_point < 0xE000:
            continue
        lower = chr(code_point).lower()
        if len(lower) == 1 and ord(lower) != code_point:
            yield code_point, ord(lower)


def longest_run(pairs, start):
    """The longest run from `start` with one distance, its members 1 or 2 apart."""
    distance = pairs[start][1] - pairs[start][0]
    best = (start, 1)
    for step in (1, 2):
        end = start
        while end + 1 < len(pairs) and pairs[end + 1] == (
            pairs[end][0] + step,
            pairs[end][1] + step,
        ):
            end += 1
        if end > best[0]:
            best = (end, step)
    return best[0], best[1], distance


def main():
    pairs = list(lower_case_pairs())
    line, start = "   ", 0
    while start < len(pairs):
        end, step, distance = longest_run(pairs, start)
        row = f" {{0x{pairs[start][0]:x}, 0x{pairs[end][0]:x}, {step}, {distance}}},"
        if len(line) + len(row) > 99:
            print(line)
            line = "   "
        line += row
        start = end + 1
    print(line)


if __name__ == "__main__":
    main()
