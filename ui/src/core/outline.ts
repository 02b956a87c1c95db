// SPDX-License-Identifier: Apache-2.0
// Which rows are on screen: the trace's rows without what lies under a collapsed one. Rebuilt on
// each change in one pass that jumps over closed subtrees by their size, and allocates one
// array.
import type { Row } from './trace';

export type Collapsed = ReadonlySet<number>;

export interface Outline {
  /** Row indexes in screen order. */
  readonly shown: readonly number[];
  readonly collapsed: Collapsed;
}

export function outlineOf(rows: readonly Row[], collapsed: Collapsed): Outline {
  const shown: number[] = [];
  for (let at = 0; at < rows.length; ) {
    shown.push(at);
    at += collapsed.has(at) ? (rows[at]?.size ?? 1) : 1;
  }
  return { shown, collapsed };
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
