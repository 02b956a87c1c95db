// SPDX-License-Identifier: Apache-2.0
// How far rows are indented: as wide as the rows in view allow, and never so far that a row has no
// room left for its operation. Where even the narrowest step is too wide, rows say their depth as a
// number, and indentation starts at the shallowest of them.

/** Pixels of one level, widest first. */
export const kSteps = [14, 6, 3] as const;
/** Pixels of a depth number. */
export const kNumberWidth = 34;

export interface IndentedRow {
  readonly depth: number;
  /** Pixels this row may spend on indentation. */
  readonly room: number;
}

export interface Indent {
  readonly step: number;
  /** Depth that stands at the left edge. */
  readonly base: number;
  /** Whether rows must say their depth in digits. */
  readonly numbered: boolean;
}

export function indentFor(rows: readonly IndentedRow[]): Indent {
  const fits = (step: number, base: number, spent: number) =>
    rows.every(({ depth, room }) => (depth - base) * step + spent <= room);
  const step = kSteps.find((each) => fits(each, 0, 0));
  if (step !== undefined) return { step, base: 0, numbered: false };
  const base = rows.reduce((least, { depth }) => Math.min(least, depth), Number.POSITIVE_INFINITY);
  const last = kSteps[kSteps.length - 1] ?? 3;
  const relative = kSteps.find((each) => fits(each, base, kNumberWidth)) ?? last;
  return { step: relative, base, numbered: true };
}

/** Pixels in front of one row; where the room ends, only the number tells depths apart. */
export function indentOf(row: IndentedRow, { step, base, numbered }: Indent): number {
  const wanted = (row.depth - base) * step;
  if (!numbered) return wanted;
  return Math.max(Math.min(wanted, row.room - kNumberWidth), 0);
}
