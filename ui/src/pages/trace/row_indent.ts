// SPDX-License-Identifier: Apache-2.0
// What a row's label may spend on indentation: the column less everything that must stay, above all
// 160 pixels of the operation's name.
import { isBranch } from '../../core/outline';
import { halvesOf, type Row } from '../../core/trace';
import {
  type Indent,
  type IndentedRow,
  indentFor,
  indentOf,
  kNumberWidth,
} from '../../draw/indent';
import type { TraceState } from './trace_state';

/** Pixels of the operation that no other part of the label may take. */
export const kOperationLeast = 160;
/** As wide as waterfall_row.css makes them: padding, twisty, mark, kind, operation. */
const kFixed = 8 + 16 + 28 + 16 + kOperationLeast + 8;
/** A sign at the end of the label; the count of a closed row's descendants, a letter of it. */
const kSign = 17;
const kCount = 22;
const kDigit = 7;

export interface RowIndent {
  /** Pixels in front of the row. */
  readonly width: number;
  /** Of one level. */
  readonly step: number;
  /** Whether the row says its depth in digits. */
  readonly numbered: boolean;
  /** Pixels left for service, operation and other side. */
  readonly text: number;
}

function signsOf(row: Row, corrected: boolean): number {
  const moved = corrected && halvesOf(row).some((half) => half.skew !== 0);
  return Number(moved) + Number(row.orphan) + Number(row.failed || row.wavered);
}

function roomFor(state: TraceState, row: Row, column: number): number {
  const isClosed = isBranch(row) && state.collapsed.value.has(row.index);
  const count = isClosed ? kCount + String(row.size).length * kDigit : 0;
  const signs = signsOf(row, state.corrected.value);
  return column - kFixed - count - (signs > 0 ? signs * kSign + 2 : 0);
}

/** For the rows in view; a row of a focused subtree is indented from that subtree's top. */
export function rowIndents(
  state: TraceState,
  column: number,
  indexes: readonly number[],
): (index: number) => RowIndent {
  const top = state.row(state.top.value ?? 0)?.depth ?? 0;
  const placed = new Map<number, IndentedRow>();
  for (const index of indexes) {
    const row = state.row(index);
    if (row === undefined) continue;
    placed.set(index, { depth: row.depth - top, room: roomFor(state, row, column) });
  }
  const indent: Indent = indentFor([...placed.values()]);
  return (index) => {
    const row = placed.get(index) ?? { depth: 0, room: 0 };
    const { step, numbered } = indent;
    const width = indentOf(row, indent);
    const spent = width + (numbered ? kNumberWidth : 0);
    return { width, step, numbered, text: kOperationLeast + row.room - spent };
  };
}
