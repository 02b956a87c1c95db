// SPDX-License-Identifier: Apache-2.0
// Goal: durations of a list share one honest scale, and a line shows as much as fits it.
// Method: tables.
import { describe, expect, it } from 'vitest';
import { fitCount } from './fit';
import { logScaleOf, logShare } from './log_scale';

describe('a logarithmic scale', () => {
  it.each([
    [[], 1, 10],
    [[0, 0], 1, 10],
    [[5], 1, 10],
    [[10], 10, 100],
    [[1_000, 1_000_000], 1_000, 1_000_000],
    [[38_000, 128_000], 10_000, 1_000_000],
    [[0, 7, 306_000_000], 1, 1_000_000_000],
  ])('of %j runs from %d to %d', (values, from, to) => {
    expect(logScaleOf(values)).toEqual({ from, to });
  });
  it('gives each factor of ten the same width and stays within 0 and 1', () => {
    const scale = { from: 10, to: 10_000 };
    const shares = [0, -3, 10, 100, 1_000, 10_000, 99_999].map((each) => logShare(each, scale));
    const wanted = [0, 0, 0, 1 / 3, 2 / 3, 1, 1];
    for (const [at, share] of shares.entries()) expect(share).toBeCloseTo(wanted[at] ?? -1, 9);
  });
});

describe('what fits a line', () => {
  it.each([
    [[50, 50, 50], 170, 3], // all, with two gaps of 10
    [[50, 50, 50], 169, 2], // two, a gap and the count of 20
    [[50, 50, 50], 139, 1],
    [[50, 50, 50], 79, 0],
    [[50], 50, 1],
    [[50], 49, 0],
    [[], 0, 0],
  ])('%j in %d pixels: %d', (widths, available, count) => {
    expect(fitCount(widths, available, 10, 20)).toBe(count);
  });
});
