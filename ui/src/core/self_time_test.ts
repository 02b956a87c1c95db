// SPDX-License-Identifier: Apache-2.0
// Goal: self time is what no child covers, however the children lie.
// Method: one parent of 100 µs and its children, in a table.
import { describe, expect, it } from 'vitest';
import type { Span } from './model';
import { childrenOf, selfTimeOf } from './self_time';
import { kStart, span } from './testing/sample_traces';
import { assembleTrace } from './trace';

const root = (fields: Partial<Span> = {}) =>
  span('1', { timestamp: kStart, duration: 100, ...fields });
const child = (id: string, from: number, duration?: number) =>
  span(id, { parentId: '1', timestamp: kStart + from, duration });
const rowsOf = (spans: Span[]) => assembleTrace(spans)?.rows ?? [];

describe('self time', () => {
  it.each<[string, Span[], number]>([
    ['alone', [], 100],
    ['one child', [child('2', 10, 30)], 70],
    ['one after another', [child('2', 0, 30), child('3', 60, 40)], 30],
    ['overlapping', [child('2', 10, 40), child('3', 30, 40)], 40],
    ['one inside another', [child('2', 10, 60), child('3', 20, 10)], 40],
    ['outlasting the parent', [child('2', 90, 500)], 90],
    ['after the parent', [child('2', 200, 50)], 100],
    ['before the parent', [child('2', -50, 60)], 90],
    ['without a duration', [child('2', 10)], 100],
  ])('%s', (_, children, self) => {
    expect(selfTimeOf(rowsOf([root(), ...children]), 0, true)).toBe(self);
  });
  it('is unknown without a start or a duration', () => {
    expect(selfTimeOf(rowsOf([root({ duration: undefined })]), 0, true)).toBeUndefined();
    expect(selfTimeOf(rowsOf([root({ timestamp: undefined })]), 0, true)).toBeUndefined();
    expect(selfTimeOf([], 3, true)).toBeUndefined();
  });
  it('counts children, not grandchildren', () => {
    const grandchild = span('3', { parentId: '2', timestamp: kStart + 15, duration: 5 });
    const rows = rowsOf([root(), child('2', 10, 30), grandchild, child('4', 50, 10)]);
    expect(childrenOf(rows, 0)).toEqual([1, 3]);
    expect(selfTimeOf(rows, 0, true)).toBe(60);
  });
});
