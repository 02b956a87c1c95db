// SPDX-License-Identifier: Apache-2.0
// The tree beside its time line: an ARIA treegrid of real rows, of which only those in view exist.
// Focus stays on the grid and points at the cursor's row, so a row may leave the document while the
// keyboard is on it.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatTick } from '../../core/duration';
import { positionOf } from '../../core/outline';
import { titleOf } from '../../core/trace';
import { fractionOf, ticksOf, zoomed } from '../../draw/scale';
import { kRowsMax, scrollTopFor, spacerHeight, visibleRange } from '../../draw/windowing';
import { useKeys } from '../../ui/keys';
import { traceKeys } from './trace_keys';
import type { TraceState } from './trace_state';
import { rowDomId, WaterfallRow } from './waterfall_row';

export const kRowHeight = 24;
const kHeadHeight = 26;
const kTickPixels = 110;
const kWheelZoom = 1.2;
const kNameShare = 0.36;
const kNarrow = 620;
const kNameMin = 130;
const kNameMax = 640;
/** Kept free for bars, whatever the splitter says. */
const kTimeMin = 160;

/** What the head leaves of the grid for rows. */
function rowsHeight(grid: HTMLElement): number {
  return Math.max(grid.clientHeight - kHeadHeight, kRowHeight);
}

interface Ticks {
  readonly at: number;
  readonly label: string;
}

function ticksIn(state: TraceState, pixels: number): Ticks[] {
  const view = state.view.value;
  return ticksOf(view, Math.max(Math.floor(pixels / kTickPixels), 2)).map((tick) => {
    return { at: fractionOf(tick, view) * 100, label: formatTick(tick) };
  });
}

/** In pixels, so that head, lines and rows agree whatever the scroll bar takes. */
function nameWidthIn(width: number, chosen: number | undefined): number {
  const usual = width < kNarrow ? width * 0.46 : Math.min(width * kNameShare, kNameMax);
  return Math.round(Math.max(Math.min(chosen ?? usual, width - kTimeMin), kNameMin));
}

function Splitter({ onMove }: { readonly onMove: (clientX: number) => void }): JSX.Element {
  return (
    <div
      class="splitter"
      aria-hidden="true"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(event.clientX);
      }}
    />
  );
}

export function Waterfall({ state }: { readonly state: TraceState }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const scrollTop = useSignal(0);
  const size = useSignal({ width: 800, height: 600 });
  const chosenName = useSignal<number | undefined>(undefined);

  useKeys(useMemo(() => traceKeys(state), [state]));

  const { shown } = state.outline.value;
  const geometry = { count: shown.length, rowHeight: kRowHeight, viewHeight: size.value.height };
  const range = visibleRange(geometry, scrollTop.value);

  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      size.value = { width: node.clientWidth, height: rowsHeight(node) };
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [size]);

  useEffect(() => {
    const count = Math.max(shown.length, 1);
    const top = scrollTop.value / Math.max(spacerHeight(geometry), 1);
    state.rowsInView.value = { from: top, to: top + size.value.height / kRowHeight / count };
  });

  const reveals = state.reveals.value;
  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null || reveals === 0) return;
    const at = positionOf(state.outline.peek(), state.cursor.peek());
    const count = state.outline.peek().shown.length;
    const list = { count, rowHeight: kRowHeight, viewHeight: rowsHeight(node) };
    node.scrollTop = scrollTopFor(list, at, node.scrollTop);
    scrollTop.value = node.scrollTop;
  }, [state, reveals, scrollTop]);

  // A reader who did not put the focus anywhere can use the arrow keys at once.
  useEffect(() => {
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.tagName === 'MAIN';
    if (isFree) grid.current?.focus({ preventScroll: true });
  }, []);

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
  }, [state]);

  const moveSplitter = (clientX: number) => {
    const box = grid.current?.getBoundingClientRect();
    if (box !== undefined) chosenName.value = clientX - box.left;
  };
  const cursorAt = positionOf(state.outline.value, state.cursor.value);
  const isCursorHere = cursorAt >= range.first && cursorAt < range.end;
  const nameWidth = nameWidthIn(size.value.width, chosenName.value);
  const ticks = ticksIn(state, size.value.width - nameWidth);
  const root = state.trace.rows[0];
  return (
    <div class="waterfall" style={{ '--name-width': `${nameWidth}px` }}>
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
        <div class="wf-spacer" style={{ height: `${spacerHeight(geometry)}px` }}>
          <div class="wf-rows" role="rowgroup" style={{ transform: `translateY(${range.top}px)` }}>
            {shown.slice(range.first, range.end).map((index, offset) => {
              const position = range.first + offset;
              return (
                <WaterfallRow
                  key={position % kRowsMax}
                  state={state}
                  index={index}
                  position={position}
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
      <Splitter onMove={moveSplitter} />
    </div>
  );
}
