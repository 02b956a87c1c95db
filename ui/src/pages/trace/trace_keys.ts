// SPDX-License-Identifier: Apache-2.0
// The waterfall by keyboard: arrows, Home, End and Enter as ARIA's treegrid pattern has them, and
// single letters for what a reader of traces does often. Moving and opening need the focus on the
// grid (arrows scroll elsewhere); letters and Escape work wherever it is.
import { isBranch } from '../../core/outline';
import { slid, zoomed } from '../../draw/scale';
import type { KeyAction, KeySet } from '../../ui/keys';
import type { TraceState } from './trace_state';

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

function closeOrDismiss(state: TraceState): void {
  if (state.isOpen.peek()) state.close();
  else state.dismissed.value = state.cursor.peek();
}

/** The subtree of the cursor's row alone; at its top already: one level up again. */
function focus(state: TraceState): void {
  const index = state.cursor.peek();
  if (index !== state.top.peek()) state.focusOn(index);
  else leaveFocus(state);
}

function leaveFocus(state: TraceState): void {
  const top = state.top.peek();
  if (top !== undefined) state.focusOn(state.row(top)?.parent);
}

const inTree = (focus: Element) => focus.matches('[role=treegrid]');
const inRows = (focus: Element) => focus.matches('[role=treegrid], [role=grid]');

type Line = readonly [keys: string, meaning: string, run: (state: TraceState) => unknown];

const kRowKeys: readonly Line[] = [
  ['ArrowDown', 'Next row', (state) => state.step(1)],
  ['ArrowUp', 'Previous row', (state) => state.step(-1)],
  ['PageDown', 'A screen down', (state) => state.step(state.pageRows)],
  ['PageUp', 'A screen up', (state) => state.step(-state.pageRows)],
  ['Home', 'First row', (state) => state.step(Number.NEGATIVE_INFINITY)],
  ['End', 'Last row', (state) => state.step(Number.POSITIVE_INFINITY)],
  [
    'Enter',
    'Open or close the details',
    (state) => (state.isOpen.peek() ? state.close() : state.open()),
  ],
];

const kTreeKeys: readonly Line[] = [
  ['ArrowRight', 'Expand, or go to the first child', right],
  ['ArrowLeft', 'Collapse, or go to the parent', left],
  ['Shift+ArrowRight', 'Expand all', (state) => state.expandAll()],
  ['Shift+ArrowLeft', 'Collapse all', (state) => state.collapseAll()],
];

const kPageKeys: readonly Line[] = [
  ['j', 'Next row', (state) => state.step(1)],
  ['k', 'Previous row', (state) => state.step(-1)],
  ['Escape', 'Close the details', closeOrDismiss],
  ['e', 'Next error', (state) => state.goToFailure(1)],
  ['Shift+E', 'Previous error', (state) => state.goToFailure(-1)],
  ['n', 'Next match', (state) => state.goToMatch(1)],
  ['Shift+N', 'Previous match', (state) => state.goToMatch(-1)],
  ['f', 'Only this subtree; at its top: one level up', focus],
  ['Shift+F', 'One level up from a subtree', leaveFocus],
  ['l', 'Labels above or beside their bars', (state) => state.switchRows()],
  ['1', 'Waterfall', (state) => state.showTab('waterfall')],
  ['2', 'Table of spans', (state) => state.showTab('spans')],
  ['+ =', 'Zoom the time in (also Ctrl and wheel)', (state) => zoom(state, kZoomFactor)],
  ['-', 'Zoom the time out', (state) => zoom(state, 1 / kZoomFactor)],
  ['0', 'Whole trace', (state) => state.showAll()],
  ['a', 'Earlier', (state) => pan(state, -1)],
  ['d', 'Later', (state) => pan(state, 1)],
  ['y', 'Copy the link to this page', (state) => state.copyLink()],
  ['w', 'Corrected or raw clocks', (state) => state.trace.shifts.length > 0 && state.switchClock()],
];

/** What the keys do on the page of this trace. */
export function traceKeys(state: TraceState): KeySet {
  const bound = (lines: readonly Line[], when?: KeyAction['when']): KeyAction[] =>
    lines.map(([keys, meaning, run]) => {
      return { keys: keys.split(' '), meaning, when, run: () => run(state) };
    });
  return {
    title: 'Trace',
    actions: [...bound(kRowKeys, inRows), ...bound(kTreeKeys, inTree), ...bound(kPageKeys)],
  };
}
