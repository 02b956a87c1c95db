// SPDX-License-Identifier: Apache-2.0
// One row: who, doing what, and when. The server half of a joined row is drawn inside its client's
// bar; what is left of the client's bar is time on the wire or in a queue.
import type { JSX } from 'preact';
import { formatDuration, formatTick } from '../../core/duration';
import { isBranch } from '../../core/outline';
import { durationOf, type Half, halvesOf, type Row, timesOf } from '../../core/trace';
import { barOf, tickMarks } from '../../draw/bars';
import { serviceLook } from '../../ui/service_chip';
import { NameCell } from './name_cell';
import type { RowIndent } from './row_indent';
import type { TraceState } from './trace_state';

export function rowDomId(index: number): string {
  return `row-${index}`;
}

function HalfBar(props: {
  readonly state: TraceState;
  readonly half: Half;
  readonly look: string;
}): JSX.Element | null {
  const { state, half, look } = props;
  const times = timesOf(half, state.corrected.value);
  const bar = times && barOf(times, state.extent.value.start, state.view.value);
  if (bar === undefined) return null;
  const cut = `${bar.cutLeft ? ' cut-left' : ''}${bar.cutRight ? ' cut-right' : ''}`;
  return (
    <span class={`bar ${look}${cut}`} style={{ left: `${bar.left}%`, width: `${bar.width}%` }} />
  );
}

function Label({
  state,
  row,
}: {
  readonly state: TraceState;
  readonly row: Row;
}): JSX.Element | null {
  const duration = durationOf(row);
  const bars = halvesOf(row).map((half) => {
    const times = timesOf(half, state.corrected.value);
    return times && barOf(times, state.extent.value.start, state.view.value);
  });
  if (timesOf(row.outer, state.corrected.value) === undefined) {
    return <span class="bar-label bar-none">no start reported</span>;
  }
  if (bars[0] === undefined || duration === undefined) return null;
  // Behind both halves: a server may work on after its caller has gone.
  const end = Math.max(...bars.map((bar) => (bar === undefined ? 0 : bar.left + bar.width)));
  return (
    <span class="bar-label" style={{ left: `${end}%` }}>
      {formatDuration(duration)}
    </span>
  );
}

function Ticks({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const corrected = state.corrected.value;
  const moments = halvesOf(row).flatMap((half) => {
    return (half.span.annotations ?? []).map(
      (each) => each.timestamp - (corrected ? half.skew : 0),
    );
  });
  const marks = tickMarks(moments, state.extent.value.start, state.view.value);
  return (
    <>
      {marks.map((at, key) => (
        <span key={key} class="annotation-tick" style={{ left: `${at}%` }} />
      ))}
    </>
  );
}

function timeWords(state: TraceState, row: Row): string {
  const times = timesOf(row.outer, state.corrected.value);
  if (times === undefined) return 'no start reported';
  const start = formatTick(times.start - state.extent.value.start);
  const duration = durationOf(row);
  return `at ${start}, ${duration === undefined ? 'no duration' : formatDuration(duration)}`;
}

function TimeCell({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const lookOf = (service: string) => serviceLook(service, state.patterns.get(service));
  const own = lookOf(row.service);
  const outerService = row.outer.span.localEndpoint?.serviceName ?? row.service;
  const outer = row.inner ? `outer ${lookOf(outerService)}` : own;
  const failed = row.failed ? ' failed' : '';
  return (
    <div class="wf-time" role="gridcell" aria-label={timeWords(state, row)}>
      <div class="wf-track" aria-hidden="true">
        <HalfBar state={state} half={row.outer} look={outer + failed} />
        {row.inner && <HalfBar state={state} half={row.inner} look={`inner ${own}`} />}
        <Ticks state={state} row={row} />
        <Label state={state} row={row} />
      </div>
    </div>
  );
}

/** Clicks that end a selection of text, or a drag, pick nothing. */
export function isPick(event: MouseEvent): boolean {
  const selection = globalThis.getSelection();
  if (selection === null || selection.isCollapsed) return true;
  return !(event.currentTarget as HTMLElement).contains(selection.anchorNode);
}

/** An ancestor that is scrolled out of view, drawn again above the rows. */
export function PinnedRow(props: {
  readonly state: TraceState;
  readonly index: number;
  readonly indent: RowIndent;
}): JSX.Element | null {
  const { state, index, indent } = props;
  const row = state.row(index);
  if (row === undefined) return null;
  return (
    // biome-ignore lint: the row itself has the keys; this copy of it is for pointers
    <div class="wf-row pinned" onClick={() => state.goTo(index)}>
      <NameCell state={state} row={row} indent={indent} />
      <TimeCell state={state} row={row} />
    </div>
  );
}

export function WaterfallRow(props: {
  readonly state: TraceState;
  readonly index: number;
  readonly position: number;
  readonly indent: RowIndent;
  readonly onPick: () => void;
}): JSX.Element | null {
  const { state, index, position } = props;
  const row = state.row(index);
  if (row === undefined) return null;
  const isCursor = state.cursor.value === index;
  const isMatch = state.matchSet.value.has(index);
  const isSearching = state.findText.value.trim() !== '';
  const look = [
    'wf-row',
    isCursor ? 'cursor' : '',
    isCursor && state.isOpen.value ? 'opened' : '',
    isMatch ? 'match' : isSearching ? 'no-match' : '',
    row.failed ? 'has-failed' : '',
  ];
  const place = state.siblings[index];
  return (
    // biome-ignore lint: the grid has the keys (Enter); the row's click is for pointers
    <div
      id={rowDomId(index)}
      class={look.filter(Boolean).join(' ')}
      role="row"
      aria-level={row.depth + 1}
      aria-rowindex={position + 2}
      aria-posinset={place?.position}
      aria-setsize={place?.count}
      aria-expanded={isBranch(row) ? !state.collapsed.value.has(index) : undefined}
      aria-selected={isCursor && state.isOpen.value}
      onClick={(event) => isPick(event) && props.onPick()}
    >
      <NameCell state={state} row={row} indent={props.indent} />
      <TimeCell state={state} row={row} />
    </div>
  );
}
