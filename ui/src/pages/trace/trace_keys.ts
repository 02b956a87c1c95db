// SPDX-License-Identifier: Apache-2.0
// The waterfall by keyboard: arrows, Home, End and Enter as ARIA's treegrid pattern has them, and
// single letters for what a reader of traces does often.
import { isBranch } from '../../core/outline';
import { slid, zoomed } from '../../draw/scale';
import type { TraceState } from './trace_state';

const kPageRows = 20;
const kZoomFactor = 0.5;
const kPanShare = 0.25;

function right(state: TraceState): void {
  const index = state.cursor.peek();
  if (!isBranch(state.row(index))) return;
  if (state.collapsed.peek().has(index)) state.toggle(index);
  else state.goTo(index + 1);
}

function left(state: TraceState): void {
  const index = state.cursor.peek();
  const row = state.row(index);
  if (row === undefined) return;
  if (isBranch(row) && !state.collapsed.peek().has(index)) state.toggle(index);
  else if (row.parent >= 0) state.goTo(row.parent);
}

/** Zooms around the start of the cursor's row when it is on screen, else around the middle. */
function zoom(state: TraceState, factor: number): void {
  const view = state.view.peek();
  const start = state.row(state.cursor.peek())?.outer.span.timestamp;
  const at = start === undefined ? -1 : start - state.extent.peek().start;
  const inside = at >= view.from && at <= view.to;
  state.view.value = zoomed(view, inside ? at : (view.from + view.to) / 2, factor, state.whole());
}

function pan(state: TraceState, direction: number): void {
  const view = state.view.peek();
  state.view.value = slid(view, (view.to - view.from) * kPanShare * direction, state.whole());
}

const kKeys: Readonly<Record<string, (state: TraceState) => void>> = {
  ArrowDown: (state) => state.step(1),
  ArrowUp: (state) => state.step(-1),
  j: (state) => state.step(1),
  k: (state) => state.step(-1),
  PageDown: (state) => state.step(kPageRows),
  PageUp: (state) => state.step(-kPageRows),
  Home: (state) => state.step(Number.NEGATIVE_INFINITY),
  End: (state) => state.step(Number.POSITIVE_INFINITY),
  ArrowRight: right,
  ArrowLeft: left,
  Enter: (state) => (state.isOpen.peek() ? state.close() : state.open()),
  Escape: (state) => state.close(),
  'Shift+ArrowRight': (state) => state.expandAll(),
  'Shift+ArrowLeft': (state) => state.collapseAll(),
  e: (state) => state.goToFailure(1),
  'Shift+E': (state) => state.goToFailure(-1),
  n: (state) => state.goToMatch(1),
  'Shift+N': (state) => state.goToMatch(-1),
  '+': (state) => zoom(state, kZoomFactor),
  '=': (state) => zoom(state, kZoomFactor),
  '-': (state) => zoom(state, 1 / kZoomFactor),
  '0': (state) => state.showAll(),
  a: (state) => pan(state, -1),
  d: (state) => pan(state, 1),
  w: (state) => state.trace.shifts.length > 0 && state.switchClock(),
};

/** For the grid; returns whether the key meant something. */
export function pressKey(state: TraceState, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const plain = kKeys[event.key];
  const action = event.shiftKey ? (kKeys[`Shift+${event.key}`] ?? kKeys[event.key]) : plain;
  if (action === undefined) return false;
  action(state);
  return true;
}
