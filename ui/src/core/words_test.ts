// SPDX-License-Identifier: Apache-2.0
// Goal: numbers read the same everywhere.
// Method: tables.
import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatKnownDuration,
  formatTick,
  parseDuration,
} from './duration';

describe('durations', () => {
  it.each([
    [0, '0 µs'],
    [1, '1 µs'],
    [812, '812 µs'],
    [999, '999 µs'],
    [1_000, '1.00 ms'],
    [41_234, '41.2 ms'],
    [99_960, '100 ms'],
    [999_499, '999 ms'],
    [999_600, '1.00 s'],
    [3_070_000, '3.07 s'],
    [59_400_000, '59.4 s'],
    [59_700_000, '59.7 s'],
    [59_960_000, '1 min 0 s'],
    [60_001_000, '1 min 0 s'],
    [252_000_000, '4 min 12 s'],
    [3_599_800_000, '1 h 0 min'],
    [3_900_000_000, '1 h 5 min'],
    [86_399_000_000, '1 d 0 h'],
    [90_000_000_000, '1 d 1 h'],
    [-520, '-520 µs'],
    [12.5, '12.5 µs'],
  ])('writes %d µs as %s', (us, text) => expect(formatDuration(us)).toBe(text));
  it('writes a dash for a duration that nobody reported', () => {
    expect(formatKnownDuration(undefined)).toBe('–');
    expect(formatKnownDuration(7)).toBe('7 µs');
  });
  it.each([
    [0, '0'],
    [50_000, '50 ms'],
    [1_500_000, '1.5 s'],
    [250, '250 µs'],
    [300_000_000, '5 min'],
    [312_000_000, '5 min 12 s'],
  ])('writes tick %d as %s', (us, text) => expect(formatTick(us)).toBe(text));
  it.each([
    ['250ms', 250_000],
    ['1.5s', 1_500_000],
    ['80', 80],
    ['80us', 80],
    ['80 µs', 80],
    ['2m', 120_000_000],
    ['2 min', 120_000_000],
    [' 7 S ', 7_000_000],
    ['0', undefined],
    ['0.0001ms', undefined],
    ['-3', undefined],
    ['fast', undefined],
    ['', undefined],
    ['9999999999999999999', undefined],
  ])('reads %j as %s', (text, us) => expect(parseDuration(text)).toBe(us));
});

describe('counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [12_345, '12,345'],
    [100_000, '100,000'],
    [1_234_567, '1,234,567'],
  ])('writes %d as %s', (count, text) => expect(formatCount(count)).toBe(text));
});
