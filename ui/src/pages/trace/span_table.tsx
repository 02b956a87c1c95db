// SPDX-License-Identifier: Apache-2.0
// The spans as a table to sort: which took longest, which took longest themselves. Only rows in
// view exist, and the keys are those of the waterfall.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatKnownDuration, formatTick } from '../../core/duration';
import { type Column, cellOf, kColumns } from '../../core/span_order';
import type { Row } from '../../core/trace';
import { scrollTopFor, spacerHeight, visibleRange } from '../../draw/windowing';
import { ServiceMark } from '../../ui/service_chip';
import { SpanText } from '../../ui/span_text';
import { rowWords } from './name_cell';
import type { TraceState } from './trace_state';
import { isPick } from './waterfall_row';

const kRowHeight = 24;
const kHeadHeight = 26;
const kNames: Readonly<Record<Column, string>> = {
  start: 'Start',
  service: 'Service',
  operation: 'Operation',
  duration: 'Duration',
  self: 'Self time',
};

function cellDomId(index: number): string {
  return `table-row-${index}`;
}

function Cell(props: { readonly state: TraceState; readonly row: Row; readonly column: Column }) {
  const { state, row, column } = props;
  const value = cellOf(state.trace.rows, row, column, state.corrected.value);
  if (column === 'start') {
    const offset = typeof value === 'number' ? value - state.extent.value.start : undefined;
    return <>{offset === undefined ? '–' : `+${formatTick(Math.round(offset))}`}</>;
  }
  if (typeof value === 'number' || value === undefined) return <>{formatKnownDuration(value)}</>;
  if (column === 'operation') {
    return (
      <>
        {row.failed && (
          <span class="error-mark">
            ✕<span class="visually-hidden">failed</span>{' '}
          </span>
        )}
        <SpanText text={value} />
      </>
    );
  }
  return (
    <>
      <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} /> {value}
    </>
  );
}

function TableRow(props: {
  readonly state: TraceState;
  readonly index: number;
  readonly position: number;
}): JSX.Element | null {
  const { state, index, position } = props;
  const row = state.row(index);
  if (row === undefined) return null;
  const isCursor = state.cursor.value === index;
  const isSearching = state.findText.value.trim() !== '';
  const isMatch = state.matchSet.value.has(index);
  const look = [
    'span-row',
    isCursor ? 'cursor' : '',
    isCursor && state.isOpen.value ? 'opened' : '',
    isMatch ? 'match' : isSearching ? 'no-match' : '',
  ];
  return (
    // biome-ignore lint: the grid has the keys (Enter); the row's click is for pointers
    <div
      id={cellDomId(index)}
      class={look.filter(Boolean).join(' ')}
      role="row"
      aria-rowindex={position + 2}
      aria-selected={isCursor && state.isOpen.value}
      title={rowWords(row)}
      onClick={(event) => isPick(event) && state.open(index)}
    >
      {kColumns.map((column) => (
        <div key={column} role="gridcell" class={`cell-${column}`}>
          <Cell state={state} row={row} column={column} />
        </div>
      ))}
    </div>
  );
}

function HeadCell({ state, column }: { readonly state: TraceState; readonly column: Column }) {
  const { column: by, descending } = state.sort.value;
  const isBy = by === column;
  const isText = column === 'service' || column === 'operation';
  return (
    <div
      role="columnheader"
      class={`cell-${column}`}
      aria-sort={isBy ? (descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        title={`Sort by ${kNames[column].toLowerCase()}`}
        onClick={() => {
          const first = !isText && column !== 'start';
          state.sort.value = { column, descending: isBy ? !descending : first };
        }}
      >
        {kNames[column]}
        <span aria-hidden="true">{isBy ? (descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </div>
  );
}

export function SpanTable({ state }: { readonly state: TraceState }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const height = useSignal(600);
  const scrollTop = useSignal(0);
  const order = state.order.value;
  const viewHeight = Math.max(height.value - kHeadHeight, kRowHeight);
  const geometry = { count: order.length, rowHeight: kRowHeight, viewHeight };
  const range = visibleRange(geometry, scrollTop.value);
  state.pageRows = Math.max(Math.floor(viewHeight / kRowHeight) - 1, 1);

  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      height.value = node.clientHeight;
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [height]);
  const reveals = state.reveals.value;
  const cursorAt = order.indexOf(state.cursor.value);
  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null || cursorAt < 0) return;
    const list = { ...geometry, viewHeight: Math.max(node.clientHeight - kHeadHeight, kRowHeight) };
    node.scrollTop = scrollTopFor(list, cursorAt, node.scrollTop);
    scrollTop.value = node.scrollTop;
  }, [reveals, order]);
  const focuses = state.focuses.value;
  useEffect(() => {
    grid.current?.focus({ preventScroll: true });
  }, [focuses]);

  const isCursorHere = cursorAt >= range.first && cursorAt < range.end;
  return (
    <div
      ref={grid}
      class="span-table"
      role="grid"
      tabIndex={0}
      aria-label="Spans as a table"
      aria-rowcount={order.length + 1}
      aria-colcount={kColumns.length}
      aria-activedescendant={isCursorHere ? cellDomId(state.cursor.value) : undefined}
      onScroll={(event) => {
        scrollTop.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="span-head" role="row" aria-rowindex={1}>
        {kColumns.map((column) => (
          <HeadCell key={column} state={state} column={column} />
        ))}
      </div>
      <div class="span-spacer" style={{ height: `${spacerHeight(geometry)}px` }}>
        <div role="rowgroup" class="span-rows" style={{ transform: `translateY(${range.top}px)` }}>
          {order.slice(range.first, range.end).map((index, offset) => (
            <TableRow key={index} state={state} index={index} position={range.first + offset} />
          ))}
        </div>
      </div>
    </div>
  );
}
