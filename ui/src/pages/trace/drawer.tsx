// SPDX-License-Identifier: Apache-2.0
// Everything known of the opened row; for a joined row both halves, each with its own words.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { formatDuration, formatTick } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { Span } from '../../core/model';
import { selfTimeOf } from '../../core/self_time';
import { durationOf, type Half, halvesOf, type Row, rowTitle, timesOf } from '../../core/trace';
import { visibleText } from '../../core/visible';
import { config } from '../../ui/api';
import { CopyButton } from '../../ui/copy_button';
import { Icon } from '../../ui/icons';
import { ServiceMark } from '../../ui/service_chip';
import { Snippet } from '../../ui/snippet';
import { SpanText } from '../../ui/span_text';
import { zone } from '../../ui/zone';
import { ownedLink } from './config_links';
import { HalfDetails } from './half_details';
import { Relatives } from './relatives';
import { RowTitle } from './row_title';
import { dock } from './trace_layout';
import type { TraceState } from './trace_state';

function Line(props: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="line">
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function IdLine({ name, id }: { readonly name: string; readonly id: string }): JSX.Element {
  return (
    <Line name={name}>
      <code>{id}</code>
      <CopyButton text={id} what={name.toLowerCase()} />
    </Line>
  );
}

function shareWords(part: number | undefined, whole: number): string {
  if (part === undefined || whole <= 0) return '';
  const percent = (part / whole) * 100;
  return `${percent >= 10 ? percent.toFixed(0) : Number(percent.toPrecision(2))} % of the trace`;
}

function TimeLine(props: {
  readonly name: string;
  readonly us: number | undefined;
  readonly whole: number;
}): JSX.Element {
  const { name, us, whole } = props;
  return (
    <Line name={name}>
      {us === undefined ? 'not reported' : formatDuration(us)}
      <span class="muted"> {shareWords(us, whole)}</span>
    </Line>
  );
}

function LogsLine({ state, row }: { readonly state: TraceState; readonly row: Row }) {
  const times = timesOf(row.outer, false);
  const startMs = Math.floor((times?.start ?? state.trace.raw.start) / 1_000);
  const href = ownedLink(config.value?.logsUrl, {
    traceId: state.trace.id,
    spanId: row.id,
    serviceName: row.service,
    startTs: String(startMs),
    endTs: String(startMs + Math.ceil((times?.duration ?? 0) / 1_000)),
  });
  if (href === undefined) return null;
  return (
    <Line name="Logs">
      <a href={href} target="_blank" rel="noreferrer">
        Logs of this span<span class="visually-hidden"> (new tab)</span>
      </a>
    </Line>
  );
}

function Facts({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const extent = state.extent.value;
  const corrected = state.corrected.value;
  const times = timesOf(row.outer, corrected);
  const self = selfTimeOf(state.trace.rows, row.index, corrected);
  return (
    <dl class="lines">
      <Line name="Start">
        {times === undefined ? (
          'not reported'
        ) : (
          <>
            +{formatTick(Math.round(times.start - extent.start))}
            <span class="muted"> {formatMoment(times.start / 1_000, zone.value)}</span>
          </>
        )}
      </Line>
      <TimeLine name="Duration" us={durationOf(row)} whole={extent.duration} />
      {row.size > 1 && self !== undefined && (
        <TimeLine name="Self time" us={self} whole={extent.duration} />
      )}
      <IdLine name="Span id" id={row.id} />
      {row.outer.span.parentId !== undefined && (
        <IdLine name="Parent id" id={row.outer.span.parentId} />
      )}
      <LogsLine state={state} row={row} />
    </dl>
  );
}

const kHalfWords = {
  CLIENT: 'Client side',
  SERVER: 'Server side',
  PRODUCER: 'Producer side',
  CONSUMER: 'Consumer side',
} as const;

function Halves({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  if (row.inner === undefined) {
    return (
      <>
        <h3 class="visually-hidden">As reported</h3>
        <HalfDetails key={row.index} state={state} half={row.outer} />
      </>
    );
  }
  // The server's own words first: that is where the work was done.
  const halves: readonly Half[] = [row.inner, row.outer];
  return (
    <>
      {halves.map((half) => {
        const service = half.span.localEndpoint?.serviceName ?? 'unknown';
        const { duration, kind } = half.span;
        return (
          <section key={`${row.index} ${half === row.inner}`} class="half">
            <h3>
              <ServiceMark service={service} pattern={state.patterns.get(service)} />
              {kind === undefined ? 'Half' : kHalfWords[kind]}: <SpanText text={service} />
              {duration !== undefined && <span class="muted">{formatDuration(duration)}</span>}
            </h3>
            <HalfDetails state={state} half={half} />
          </section>
        );
      })}
    </>
  );
}

function RawJson({ spans }: { readonly spans: readonly Span[] }): JSX.Element {
  const isOpen = useSignal(false);
  const text = () => JSON.stringify(spans, undefined, 2);
  return (
    <details
      class="raw"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>Raw JSON, as received</summary>
      <Snippet text={text} what="JSON">
        {isOpen.value && <SpanText text={text()} />}
      </Snippet>
    </details>
  );
}

/** The first line of what the failed half says; its tag `error` has the rest below. */
function failureWords(row: Row): string {
  const said = halvesOf(row)
    .map((half) => half.span.tags?.error)
    .find((error) => error !== undefined && error !== '' && error !== 'true');
  return said === undefined ? 'Failed' : `Failed: ${said.split('\n', 1)[0]}`;
}

function DockButton(): JSX.Element {
  const isRight = dock.value === 'right';
  const words = isRight ? 'Details at the bottom' : 'Details at the right';
  return (
    <button
      type="button"
      class="icon-button dock-button"
      title={words}
      aria-label={words}
      onClick={() => {
        dock.value = isRight ? 'bottom' : 'right';
      }}
    >
      <Icon name={isRight ? 'dock-bottom' : 'dock-right'} />
    </button>
  );
}

function Head({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  return (
    <header class="drawer-head">
      <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} />
      <h2 class="clamped" title={visibleText(rowTitle(row))}>
        <RowTitle row={row} />
      </h2>
      {row.size > 1 && state.top.value !== row.index && (
        <button
          type="button"
          class="icon-button"
          title="Only this subtree (f)"
          aria-label="Only this subtree"
          onClick={() => state.focusOn(row.index)}
        >
          <Icon name="focus" />
        </button>
      )}
      <DockButton />
      <button
        type="button"
        class="icon-button"
        title="Close (Esc)"
        aria-label="Close details"
        onClick={() => state.close()}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

export function Drawer({ state }: { readonly state: TraceState }): JSX.Element | null {
  const row = state.row(state.cursor.value);
  if (row === undefined) return null;
  return (
    <aside class="drawer" aria-label="Span details">
      <Head state={state} row={row} />
      <div class="drawer-body">
        {row.failed && (
          <p class="error-banner">
            ✕ <SpanText text={failureWords(row)} />
          </p>
        )}
        <Facts state={state} row={row} />
        <Relatives state={state} row={row} />
        <Halves state={state} row={row} />
        <RawJson spans={state.rawOf(row)} />
      </div>
    </aside>
  );
}
