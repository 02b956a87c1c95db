// SPDX-License-Identifier: Apache-2.0
// The spans of a trace in the order of one of their columns.
import { compareText } from './clean';
import { selfTimeOf } from './self_time';
import { durationOf, type Row, timesOf } from './trace';

export const kColumns = ['start', 'service', 'operation', 'duration', 'self'] as const;
export type Column = (typeof kColumns)[number];

export interface SpanOrder {
  readonly column: Column;
  readonly descending: boolean;
}

/** What a column shows of a row; undefined where nobody reported it. */
export function cellOf(
  rows: readonly Row[],
  row: Row,
  column: Column,
  corrected: boolean,
): number | string | undefined {
  if (column === 'start') return timesOf(row.outer, corrected)?.start;
  if (column === 'service') return row.service;
  if (column === 'operation') return row.name;
  if (column === 'duration') return durationOf(row);
  return selfTimeOf(rows, row.index, corrected);
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

/** Row indexes. What nobody reported comes last either way; ties keep the order of the trace. */
export function sortedRows(
  rows: readonly Row[],
  among: readonly number[],
  { column, descending }: SpanOrder,
  corrected: boolean,
): readonly number[] {
  const cells = new Map(
    among.map((index) => {
      const row = rows[index];
      return [index, row && cellOf(rows, row, column, corrected)] as const;
    }),
  );
  const turn = descending ? -1 : 1;
  return among.toSorted((a, b) => {
    const left = cells.get(a);
    const right = cells.get(b);
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined) || a - b;
    }
    return compare(left, right) * turn || a - b;
  });
}
