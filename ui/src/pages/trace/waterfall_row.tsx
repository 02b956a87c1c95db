// SPDX-License-Identifier: Apache-2.0
// One row: who, doing what, and when. The server half of a joined row is drawn inside its client's
// bar; what is left of the client's bar is time on the wire or in a queue.
import type { JSX } from 'preact';
import { formatDuration, formatTick } from '../../core/duration';
import { isBranch } from '../../core/outline';
import { durationOf, type Half, halvesOf, type Row, type RowKind, timesOf } from '../../core/trace';
import { barOf, tickMarks } from '../../draw/bars';
import { ServiceMark, serviceLook } from '../../ui/service_chip';
import type { TraceState } from './trace_state';

const kIndentPixels = 14;
const kIndentsMax = 28;

const kGlyphs: Readonly<Record<RowKind, readonly [string, string]>> = {
  CLIENT: ['→', 'client'],
  SERVER: ['←', 'server'],
  JOINED: ['⇄', 'client and server'],
  PRODUCER: ['⇢', 'producer'],
  CONSUMER: ['⇠', 'consumer'],
  LOCAL: ['●', 'local'],
};

function receives(kind: RowKind): boolean {
  return kind === 'SERVER' || kind === 'CONSUMER';
}

export function rowDomId(index: number): string {
  return `row-${index}`;
}

function Twisty(props: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const { state, row } = props;
  if (!isBranch(row)) return <span class="twisty" />;
  const isClosed = state.collapsed.value.has(row.index);
  return (
    // biome-ignore lint: the grid has the keys for it; the click target is for pointers
    <span
      class="twisty branch"
      onClick={(event) => {
        event.stopPropagation();
        state.toggle(row.index);
      }}
    >
      {isClosed ? '▸' : '▾'}
    </span>
  );
}

function NameCell({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const [glyph, kindName] = kGlyphs[row.kind];
  const indents = Math.min(row.depth, kIndentsMax);
  const isClosed = state.collapsed.value.has(row.index);
  return (
    <div class="wf-name" role="gridcell">
      <span class="guides" style={{ width: `${indents * kIndentPixels}px` }} />
      <Twisty state={state} row={row} />
      <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} />
      <span class="wf-service">{row.service}</span>
      <span class="kind" title={kindName}>
        {glyph}
        <span class="visually-hidden">{kindName}</span>
      </span>
      <span class="wf-operation">{row.name}</span>
      {row.remote !== undefined && (
        <span class="wf-remote">
          {receives(row.kind) ? 'from' : 'to'} {row.remote}
        </span>
      )}
      {isClosed && <span class="wf-hidden-count">+{row.size - 1}</span>}
      <RowMarks row={row} corrected={state.corrected.value} />
    </div>
  );
}

function RowMarks(props: { readonly row: Row; readonly corrected: boolean }): JSX.Element {
  const { row, corrected } = props;
  const isMoved = corrected && halvesOf(row).some((half) => half.skew !== 0);
  return (
    <span class="row-marks">
      {isMoved && (
        <span class="muted" title="Moved: its clock differs">
          ↔<span class="visually-hidden">clock corrected</span>
        </span>
      )}
      {row.orphan && (
        <span class="warning-mark" title="Its parent is missing">
          ▲<span class="visually-hidden">parent missing</span>
        </span>
      )}
      {(row.failed || row.wavered) && (
        <span
          class={row.failed ? 'error-mark' : 'warning-mark'}
          title={row.failed ? 'Failed' : 'Had an error'}
        >
          ✕<span class="visually-hidden">error</span>
        </span>
      )}
    </span>
  );
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

export function WaterfallRow(props: {
  readonly state: TraceState;
  readonly index: number;
  readonly position: number;
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
      onClick={props.onPick}
    >
      <NameCell state={state} row={row} />
      <TimeCell state={state} row={row} />
    </div>
  );
}
