// SPDX-License-Identifier: Apache-2.0
// The tree beside its time line: an ARIA treegrid of real rows, of which only those in view exist.
// Focus stays on the grid and points at the cursor's row, so a row may leave the document while the
// keyboard is on it.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatTick } from '../../core/duration';
import { keyOf, pinnedOver, positionOf } from '../../core/outline';
import { titleOf, wholeDuration } from '../../core/trace';
import { fractionOf, ticksOf, zoomed } from '../../draw/scale';
import {
  kRowsMax,
  scrollTopAt,
  scrollTopFor,
  spacerHeight,
  visibleRange,
} from '../../draw/windowing';
import { Separator } from '../../ui/separator';
import { rowIndents } from './row_indent';
import { isStacked, kNameLeast, kStackWidth, kTimeLeast, nameWidth } from './trace_layout';
import type { TraceState } from './trace_state';
import { PinnedRow, rowDomId, WaterfallRow } from './waterfall_row';
import { WholeText } from './whole_text';

const kRowHeight = 24;
const kStackedHeight = 40;
export const kHeadHeight = 22;
const kTickPixels = 76;
const kWheelZoom = 1.2;
const kNameShare = 0.4;
const kNameMax = 640;
/** Ancestors pinned over the first row: this many, and at most this share of the rows in view. */
const kPinnedMax = 3;
const kPinnedShare = 0.2;

interface Ticks {
  readonly at: number;
  readonly label: string;
}

function ticksIn(state: TraceState, pixels: number): Ticks[] {
  const view = state.view.value;
  // No time to divide: more lines would name moments that nobody reported.
  if (wholeDuration(state.extent.value) === undefined) return [{ at: 0, label: formatTick(0) }];
  return ticksOf(view, Math.max(Math.floor(pixels / kTickPixels), 2)).map((tick) => {
    return { at: fractionOf(tick, view) * 100, label: formatTick(tick) };
  });
}

/** In pixels, so that head, lines and rows agree whatever the scroll bar takes. */
function nameWidthIn(width: number, chosen: number | undefined): number {
  const usual = Math.min(width * kNameShare, kNameMax);
  return Math.round(Math.max(Math.min(chosen ?? usual, width - kTimeLeast), kNameLeast));
}

function useZoomByWheel(grid: { readonly current: HTMLElement | null }, state: TraceState): void {
  useEffect(() => {
    const node = grid.current;
    const onWheel = (event: WheelEvent) => {
      if (node === null || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      const line = node.querySelector('.wf-ruler')?.getBoundingClientRect();
      if (line === undefined) return;
      const share = Math.min(Math.max((event.clientX - line.left) / line.width, 0), 1);
      const view = state.view.peek();
      const at = view.from + share * (view.to - view.from);
      const factor = event.deltaY > 0 ? kWheelZoom : 1 / kWheelZoom;
      state.view.value = zoomed(view, at, factor, state.whole());
    };
    node?.addEventListener('wheel', onWheel, { passive: false });
    return () => node?.removeEventListener('wheel', onWheel);
  }, [grid, state]);
}

/** A reader who did not put the focus anywhere can use the arrow keys at once. */
function useFocusOnRows(grid: { readonly current: HTMLElement | null }, state: TraceState): void {
  useEffect(() => {
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.tagName === 'MAIN';
    if (isFree) grid.current?.focus({ preventScroll: true });
  }, [grid]);
  const focuses = state.focuses.value;
  useEffect(() => {
    if (focuses > 0) grid.current?.focus({ preventScroll: true });
  }, [grid, focuses]);
}

interface Lines {
  readonly rowHeight: number;
  readonly pinnedMost: number;
  readonly viewHeight: number;
}

/** Where the grid is scrolled to: by hand, to the cursor, to the same rows of a later reading. */
function useScroll(
  grid: { readonly current: HTMLElement | null },
  state: TraceState,
  lines: Lines,
) {
  const scrollTop = useSignal(0);
  const anchor = useRef<{ key: string; offset: number } | undefined>(undefined);
  const reveals = state.reveals.value;
  const { rowHeight, pinnedMost } = lines;
  const listOf = (node: HTMLElement) => ({
    count: state.outline.peek().shown.length,
    rowHeight,
    viewHeight: Math.max(node.clientHeight - kHeadHeight, rowHeight),
  });
  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null || reveals === 0) return;
    const outline = state.outline.peek();
    const at = positionOf(outline, state.cursor.peek());
    const depth = state.row(state.cursor.peek())?.depth ?? 0;
    const covered = Math.min(depth, at, pinnedMost) * rowHeight;
    node.scrollTop = scrollTopFor(listOf(node), at, node.scrollTop, covered);
    scrollTop.value = node.scrollTop;
  }, [state, reveals, rowHeight]);
  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null || anchor.current === undefined) return;
    const { key, offset } = anchor.current;
    const row = state.trace.rows.find((each) => keyOf(each) === key);
    if (row === undefined) return;
    const above = positionOf(state.outline.peek(), row.index) * rowHeight + offset;
    node.scrollTop = scrollTopAt(listOf(node), above);
    scrollTop.value = node.scrollTop;
  }, [state, rowHeight]);
  const { shown } = state.outline.value;
  useLayoutEffect(() => {
    // By the height that was drawn for: asking the grid would lay out the page at each draw.
    const list = { count: shown.length, rowHeight, viewHeight: lines.viewHeight };
    const { first, firstInView, top } = visibleRange(list, scrollTop.value);
    const row = state.row(shown[firstInView] ?? 0);
    const offset = scrollTop.value - top - (firstInView - first) * rowHeight;
    anchor.current = row && { key: keyOf(row), offset };
  });
  return scrollTop;
}

export function Waterfall({ state }: { readonly state: TraceState }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  // Rows are drawn once their room is known, in the same frame: not for a guess, and then again.
  const laidOut = useSignal<{ width: number; height: number } | undefined>(undefined);

  const { width, height } = laidOut.value ?? { width: 800, height: 0 };
  const stacked = isStacked(width);
  const rowHeight = stacked ? kStackedHeight : kRowHeight;
  const viewHeight = Math.max(height - kHeadHeight, rowHeight);
  const rowsInView = Math.floor(viewHeight / rowHeight);
  const pinnedMost = Math.min(kPinnedMax, Math.floor(rowsInView * kPinnedShare));
  const outline = state.outline.value;
  const { shown } = outline;
  const geometry = { count: shown.length, rowHeight, viewHeight };
  const scrollTop = useScroll(grid, state, { rowHeight, pinnedMost, viewHeight });
  const range = visibleRange(geometry, scrollTop.value);
  state.isStacked = stacked;
  state.pageRows = Math.max(rowsInView - 1 - pinnedMost, 1);

  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      laidOut.value = { width: node.clientWidth, height: node.clientHeight };
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [laidOut]);
  useEffect(() => {
    const count = Math.max(shown.length, 1);
    const top = scrollTop.value / Math.max(spacerHeight(geometry), 1);
    state.rowsInView.value = { from: top, to: top + viewHeight / rowHeight / count };
  });
  useFocusOnRows(grid, state);
  useZoomByWheel(grid, state);

  const cursorAt = positionOf(outline, state.cursor.value);
  const isCursorHere = cursorAt >= range.first && cursorAt < range.end;
  const nameColumn = stacked ? width : nameWidthIn(width, nameWidth.value);
  const ticks = ticksIn(state, stacked ? width : width - nameColumn);
  const pinned =
    scrollTop.value > 0 ? pinnedOver(state.trace.rows, outline, range.firstInView, pinnedMost) : [];
  const inView = laidOut.value === undefined ? [] : shown.slice(range.first, range.end);
  const indentOf = rowIndents(state, nameColumn, pinned.concat(inView));
  const root = state.row(shown[0] ?? 0);
  return (
    <div
      class={stacked ? 'waterfall stacked' : 'waterfall'}
      style={{ '--name-width': `${nameColumn}px`, '--row-height': `${rowHeight}px` }}
    >
      <div class="wf-lines" aria-hidden="true">
        <div>
          {ticks.map(({ at, label }) => (
            <span key={label} style={{ left: `${at}%` }} />
          ))}
        </div>
      </div>
      <div
        ref={grid}
        class="wf-scroll"
        role="treegrid"
        tabIndex={0}
        aria-label={`Spans of ${root === undefined ? 'this trace' : titleOf(root)}`}
        aria-rowcount={shown.length + 1}
        aria-colcount={2}
        aria-activedescendant={isCursorHere ? rowDomId(state.cursor.value) : undefined}
        onScroll={(event) => {
          scrollTop.value = event.currentTarget.scrollTop;
        }}
      >
        <div class="wf-head" role="row" aria-rowindex={1}>
          <div class="wf-name-head" role="columnheader">
            Service and operation
          </div>
          <div class="wf-ruler" role="columnheader" aria-label="Time">
            {ticks.map(({ at, label }) => (
              <span key={label} class="tick" style={{ left: `${at}%` }}>
                {label}
              </span>
            ))}
          </div>
        </div>
        {pinned.length > 0 && (
          <div class="wf-pinned" aria-hidden="true">
            <div>
              {pinned.map((index) => (
                <PinnedRow key={index} state={state} index={index} indent={indentOf(index)} />
              ))}
            </div>
          </div>
        )}
        <div class="wf-spacer" style={{ height: `${spacerHeight(geometry)}px` }}>
          <div class="wf-rows" role="rowgroup" style={{ transform: `translateY(${range.top}px)` }}>
            {inView.map((index, offset) => {
              const position = range.first + offset;
              return (
                <WaterfallRow
                  key={position % kRowsMax}
                  state={state}
                  index={index}
                  position={position}
                  indent={indentOf(index)}
                  onPick={() => {
                    grid.current?.focus({ preventScroll: true });
                    state.open(index);
                  }}
                />
              );
            })}
          </div>
        </div>
      </div>
      <WholeText
        state={state}
        indent={indentOf(state.cursor.value)}
        isLow={cursorAt - range.firstInView > rowsInView / 2}
      />
      {!stacked && width >= kStackWidth && (
        <Separator
          class="splitter"
          label="Names"
          orientation="vertical"
          value={nameColumn}
          least={kNameLeast}
          most={Math.max(width - kTimeLeast, kNameLeast)}
          grows={1}
          onResize={(chosen) => {
            nameWidth.value = chosen;
          }}
        />
      )}
    </div>
  );
}
