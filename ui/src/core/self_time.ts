// SPDX-License-Identifier: Apache-2.0
// The part of a row's time in which none of its children ran: what the operation itself took.
import { type Row, timesOf } from './trace';

/** Indexes of a row's children, in row order. */
export function childrenOf(rows: readonly Row[], index: number): number[] {
  const children: number[] = [];
  const end = index + (rows[index]?.size ?? 0);
  for (let at = index + 1; at < end; at += rows[at]?.size ?? 1) children.push(at);
  return children;
}

/** Start and end of a child within its parent; undefined where they do not overlap. */
function within(row: Row | undefined, corrected: boolean, from: number, to: number) {
  const times = row && timesOf(row.outer, corrected);
  if (times === undefined) return undefined;
  const start = Math.max(times.start, from);
  const end = Math.min(times.start + times.duration, to);
  return start < end ? ([start, end] as const) : undefined;
}

/** Microseconds; undefined where the row has no start or nobody reported its duration. */
export function selfTimeOf(
  rows: readonly Row[],
  index: number,
  corrected: boolean,
): number | undefined {
  const row = rows[index];
  const times = row && timesOf(row.outer, corrected);
  if (times === undefined || row?.outer.span.duration === undefined) return undefined;
  const end = times.start + times.duration;
  const busy = childrenOf(rows, index)
    .map((child) => within(rows[child], corrected, times.start, end))
    .filter((each) => each !== undefined)
    .sort((a, b) => a[0] - b[0]);
  let self = times.duration;
  let covered = times.start;
  for (const [from, to] of busy) {
    if (to <= covered) continue;
    self -= to - Math.max(from, covered);
    covered = to;
  }
  return self;
}
