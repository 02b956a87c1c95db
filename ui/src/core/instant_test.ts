// SPDX-License-Identifier: Apache-2.0
// Goal: a moment reads the same wherever it stands, in the reader's zone or in UTC, and comes back.
// Method: tables, with the process's zone set to half-hour zones and to days when clocks jump.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  formatAge,
  formatClock,
  formatDay,
  formatMoment,
  formatOffset,
  formatRange,
  parseMoment,
  toField,
} from './instant';

const kMoment = Date.UTC(2026, 10, 30, 9, 14, 36, 120);

function inZone(name: string, body: () => void): void {
  describe(`with the clock of ${name}`, () => {
    const before = process.env.TZ;
    beforeAll(() => {
      process.env.TZ = name;
    });
    afterAll(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });
    body();
  });
}

inZone('Asia/Kolkata', () => {
  it('names half hours', () => {
    expect(formatMoment(kMoment, 'local')).toBe('2026-11-30 14:44:36.120 +05:30');
    expect(formatMoment(kMoment, 'utc')).toBe('2026-11-30 09:14:36.120 UTC');
    expect(formatMoment(kMoment, 'local', 's')).toBe('2026-11-30 14:44:36 +05:30');
    expect(formatClock(kMoment, 'local')).toBe('14:44:36.120');
    expect(formatDay(Date.UTC(2026, 10, 30, 20), 'local')).toBe('2026-12-01');
    expect(formatDay(Date.UTC(2026, 10, 30, 20), 'utc')).toBe('2026-11-30');
  });
  it.each([
    [kMoment, kMoment + 3_600_000, '2026-11-30 14:44:36 to 15:44:36 +05:30'],
    [kMoment, kMoment + 43_200_000, '2026-11-30 14:44:36 to 2026-12-01 02:44:36 +05:30'],
    [kMoment, Number.NaN, '2026-11-30 14:44:36 +05:30 to –'],
    [kMoment, 9e15, '2026-11-30 14:44:36 +05:30 to after the year 275760'],
  ])('says of a range once what both ends have in common: %d to %d', (start, end, words) => {
    expect(formatRange(start, end, 'local')).toBe(words);
  });
  it('gives a form field back to the second, in either zone', () => {
    for (const zone of ['local', 'utc'] as const) {
      expect(parseMoment(toField(kMoment, zone), zone)).toBe(kMoment - 120);
    }
    expect(toField(kMoment, 'local')).toBe('2026-11-30T14:44:36');
    expect(toField(kMoment, 'utc')).toBe('2026-11-30T09:14:36');
  });
  it.each([
    ['2026-11-30 14:44:36.120 +05:30', kMoment],
    ['2026-11-30 09:14:36.120 UTC', kMoment],
    ['2026-11-30T09:14:36.120Z', kMoment],
    ['2026-11-30T09:14:36.120456789Z', kMoment],
    ['2026-11-30T04:14:36,120-0500', kMoment],
    ['2026-11-30T14:44:36.120', kMoment],
    [' 2026-11-30 14:44 ', kMoment - 36_120],
    ['1796030076', 1796030076_000],
    ['1796030076120', kMoment],
    ['1796030076120000', kMoment],
    ['1796030076120000000', kMoment],
    ['soon', undefined],
    ['', undefined],
    ['2026-13-40T00:00:00Z', undefined],
    ['2026-11-30', undefined],
    ['123', undefined],
    ['2026-11-30T09:14:36 somewhere', undefined],
  ])('reads %j', (text, ms) => expect(parseMoment(text, 'local')).toBe(ms));
  it('reads a text without a zone in the zone on screen', () => {
    expect(parseMoment('2026-11-30T09:14:36', 'utc')).toBe(kMoment - 120);
  });
});

inZone('America/New_York', () => {
  it('writes the offset of the moment, on both sides of a jump', () => {
    const before = Date.UTC(2026, 2, 8, 6, 59, 59);
    expect(formatMoment(before, 'local', 's')).toBe('2026-03-08 01:59:59 -05:00');
    expect(formatMoment(before + 1_000, 'local', 's')).toBe('2026-03-08 03:00:00 -04:00');
  });
  it('keeps the hour that comes twice apart', () => {
    const first = Date.UTC(2026, 10, 1, 5, 30);
    const texts = [first, first + 3_600_000].map((ms) => formatMoment(ms, 'local', 's'));
    expect(texts).toEqual(['2026-11-01 01:30:00 -04:00', '2026-11-01 01:30:00 -05:00']);
    expect(texts.map((text) => parseMoment(text, 'local'))).toEqual([first, first + 3_600_000]);
  });
  it('makes a moment of an hour that does not exist', () => {
    expect(parseMoment('2026-03-08T02:30:00', 'local')).toBe(Date.UTC(2026, 2, 8, 7, 30));
  });
});

describe('ages', () => {
  it.each([
    [0, 'just now'],
    [12_000, '12 s ago'],
    [300_000, '5 min ago'],
    [10_800_000, '3 h ago'],
    [200_000_000, '2 d ago'],
    [-30_000, 'in 30 s'],
    [Number.NaN, '–'],
  ])('%d ms before now is %s', (before, text) => expect(formatAge(1e12 - before, 1e12)).toBe(text));
});

describe('moments beyond all dates', () => {
  const latest = 8.64e15;
  it.each([latest + 1, 9.223372036854776e15, Number.POSITIVE_INFINITY])('%d', (ms) => {
    for (const zone of ['local', 'utc'] as const) {
      expect(formatMoment(ms, zone)).toBe('after the year 275760');
      expect(formatMoment(-ms, zone)).toBe('before the year -271821');
      expect(formatClock(ms, zone)).toBe('–');
      expect(formatDay(ms, zone)).toBe('–');
      expect(toField(ms, zone)).toBe('');
      expect(formatOffset(ms, zone)).not.toContain('NaN');
    }
  });
  it('writes the last date there is, and nothing of what is no number', () => {
    expect(formatMoment(latest, 'utc')).toBe('275760-09-13 00:00:00.000 UTC');
    expect(formatMoment(Number.NaN, 'utc')).toBe('–');
  });
});
