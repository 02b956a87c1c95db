// SPDX-License-Identifier: Apache-2.0
// Goal: rows in view are indented as far as they all can be, and no depth is ever lost.
// Method: chains of every depth in rooms of every width.
import { describe, expect, it } from 'vitest';
import { indentFor, indentOf, kNumberWidth } from './indent';

const chain = (from: number, count: number, room: number) =>
  Array.from({ length: count }, (_, n) => ({ depth: from + n, room }));

describe('indentation', () => {
  it.each([
    [0, 5, 100, 14],
    [0, 8, 98, 14],
    [0, 9, 98, 6],
    [0, 17, 96, 6],
    [0, 18, 96, 3],
    [0, 33, 96, 3],
  ])('of depths %d and %d more in %d pixels goes by %d', (from, count, room, step) => {
    expect(indentFor(chain(from, count, room))).toEqual({ step, base: 0, numbered: false });
  });
  it('says depths as numbers where 3 pixels a level are too many', () => {
    const rows = chain(0, 61, 96);
    expect(indentFor(rows)).toEqual({ step: 3, base: 0, numbered: true });
  });
  it('starts at the shallowest row in view once depths are numbers', () => {
    expect(indentFor(chain(100, 5, 96))).toEqual({ step: 14, base: 100, numbered: true });
  });
  it('of nothing is the widest', () => expect(indentFor([]).step).toBe(14));
  it('never takes more than a row has', () => {
    for (const room of [0, 20, 40, 96, 300]) {
      for (const count of [1, 10, 60, 200]) {
        const rows = chain(7, count, room);
        const indent = indentFor(rows);
        for (const row of rows) {
          const spent = indentOf(row, indent) + (indent.numbered ? kNumberWidth : 0);
          expect(spent).toBeLessThanOrEqual(Math.max(room, kNumberWidth));
        }
      }
    }
  });
  it('keeps every depth apart, by place or by number', () => {
    for (const room of [40, 96, 300]) {
      const rows = chain(0, 60, room);
      const indent = indentFor(rows);
      const places = new Set(rows.map((row) => indentOf(row, indent)));
      expect(indent.numbered || places.size === rows.length).toBe(true);
    }
  });
});
