// SPDX-License-Identifier: Apache-2.0
// Goal: a table of spans is in the order of its column, whatever was not reported.
// Method: a small trace, every column, both ways.
import { describe, expect, it } from 'vitest';
import { type Column, sortedRows } from './span_order';
import { at, kStart, span } from './testing/sample_traces';
import { assembleTrace } from './trace';

const rows =
  assembleTrace([
    span('1', { timestamp: kStart, duration: 100, name: 'root', localEndpoint: at('b') }),
    span('2', { parentId: '1', timestamp: kStart + 10, duration: 60, localEndpoint: at('a') }),
    span('3', { parentId: '1', timestamp: kStart + 5, name: 'slow', localEndpoint: at('c') }),
    span('4', { parentId: '2', timestamp: kStart + 20, duration: 5, localEndpoint: at('b') }),
    span('5', { parentId: '1', duration: 7, name: 'x', localEndpoint: at('a') }),
  ])?.rows ?? [];
const all = rows.map((row) => row.index);
const idsBy = (column: Column, descending: boolean) =>
  sortedRows(rows, all, { column, descending }, true)
    .map((index) => Number(rows[index]?.id))
    .join('');

describe('spans in the order of', () => {
  it.each<[Column, string, string]>([
    ['start', '13245', '42315'],
    ['service', '25143', '31425'],
    ['operation', '24135', '53124'],
    ['duration', '45213', '12543'],
    ['self', '41235', '21435'],
  ])('%s', (column, up, down) => {
    expect([idsBy(column, false), idsBy(column, true)]).toEqual([up, down]);
  });
  it('only those asked for', () => {
    expect(sortedRows(rows, [2, 0], { column: 'start', descending: false }, true)).toEqual([0, 2]);
  });
});
