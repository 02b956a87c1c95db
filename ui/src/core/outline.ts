// SPDX-License-Identifier: Apache-2.0
// Which rows are on screen: the trace's rows without what lies under a collapsed one. Rebuilt on
// each change in one pass that jumps over closed subtrees by their size, and allocates one
// array.
import { formatCount } from './duration';
import type { Row } from './trace';

export type Collapsed = ReadonlySet<number>;

export interface Outline {
  /** Row indexes in screen order. */
  readonly shown: readonly number[];
  readonly collapsed: Collapsed;
}

/** With `top`, only that row and what is under it. */
export function outlineOf(rows: readonly Row[], collapsed: Collapsed, top?: number): Outline {
  const shown: number[] = [];
  const end = top === undefined ? rows.length : top + (rows[top]?.size ?? 0);
  for (let at = top ?? 0; at < end; ) {
    shown.push(at);
    at += collapsed.has(at) ? (rows[at]?.size ?? 1) : 1;
  }
  return { shown, collapsed };
}

/** The rows above one, from the top down; with `top`, those below it and itself. */
export function ancestorsOf(rows: readonly Row[], index: number, top = 0): number[] {
  const above: number[] = [];
  for (let at = rows[index]?.parent ?? -1; at >= top; at = rows[at]?.parent ?? -1) above.push(at);
  return above.reverse();
}

/**
 * The rows to pin over the first ones in view, so that what is under them keeps its context: the
 * nearest ancestors of the first row that stays uncovered. `first` is a place in `shown`.
 */
export function pinnedOver(
  rows: readonly Row[],
  { shown }: Outline,
  first: number,
  most: number,
): number[] {
  for (let count = most; count > 0; count -= 1) {
    const uncovered = shown[first + count];
    if (uncovered === undefined) continue;
    const above = ancestorsOf(rows, uncovered, shown[0]);
    if (above.length >= count) return above.slice(-count);
  }
  return [];
}

/** The same span in another reading of the trace: ids alone are shared by the halves of a call. */
export function keyOf(row: Row): string {
  return row.outer.span.shared ? `${row.id} shared` : row.id;
}

/**
 * Screen position of a row, or of the collapsed row that hides it. Binary search: `shown`
 * ascends.
 */
export function positionOf(outline: Outline, index: number): number {
  const { shown } = outline;
  let low = 0;
  let high = shown.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((shown[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `1 row`, `12,000 rows`, `6 of 200 rows`. */
export function rowCount(shown: number, total: number): string {
  const rows = total === 1 ? 'row' : 'rows';
  const part = shown === total ? '' : `${formatCount(shown)} of `;
  return `${part}${formatCount(total)} ${rows}`;
}

export function isBranch(row: Row | undefined): boolean {
  return row !== undefined && row.size > 1;
}

export function withToggled(collapsed: Collapsed, index: number): Set<number> {
  const next = new Set(collapsed);
  if (!next.delete(index)) next.add(index);
  return next;
}

/** Opens everything above a row. Returns the same set when nothing was in the way. */
export function withRevealed(rows: readonly Row[], collapsed: Collapsed, index: number): Collapsed {
  let next: Set<number> | undefined;
  for (let at = rows[index]?.parent ?? -1; at >= 0; at = rows[at]?.parent ?? -1) {
    if (!collapsed.has(at)) continue;
    next ??= new Set(collapsed);
    next.delete(at);
  }
  return next ?? collapsed;
}

export function allBranches(rows: readonly Row[]): Set<number> {
  return new Set(rows.filter(isBranch).map((row) => row.index));
}

/** Where a row stands among its parent's children, both counted from 1. */
export interface Place {
  readonly position: number;
  readonly count: number;
}

export function siblingPlaces(rows: readonly Row[]): readonly Place[] {
  const counts = new Map<number, number>();
  const positions = rows.map((row) => {
    const position = (counts.get(row.parent) ?? 0) + 1;
    counts.set(row.parent, position);
    return position;
  });
  return rows.map((row) => {
    return { position: positions[row.index] ?? 1, count: counts.get(row.parent) ?? 1 };
  });
}
