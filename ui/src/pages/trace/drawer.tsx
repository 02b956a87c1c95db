// SPDX-License-Identifier: Apache-2.0
// Everything known of the opened row; for a joined row both halves, each with its own words.
import type { ComponentChildren, JSX } from 'preact';
import { normalSpanId } from '../../core/clean';
import { formatDuration, formatTick } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { Span } from '../../core/model';
import { durationOf, type Half, type Row, timesOf } from '../../core/trace';
import { CopyButton } from '../../ui/copy_button';
import { Icon } from '../../ui/icons';
import { ServiceMark } from '../../ui/service_chip';
import { zone } from '../../ui/zone';
import { HalfDetails } from './half_details';
import type { TraceState } from './trace_state';

export function Line(props: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
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
  return `${percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)} % of the trace`;
}

function Facts({ state, row }: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const extent = state.extent.value;
  const times = timesOf(row.outer, state.corrected.value);
  const duration = durationOf(row);
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
      <Line name="Duration">
        {duration === undefined ? 'not reported' : formatDuration(duration)}
        <span class="muted"> {shareWords(duration, extent.duration)}</span>
      </Line>
      <IdLine name="Span id" id={row.id} />
      {row.outer.span.parentId !== undefined && (
        <IdLine name="Parent id" id={row.outer.span.parentId} />
      )}
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
  if (row.inner === undefined) return <HalfDetails state={state} half={row.outer} />;
  // The server's own words first: that is where the work was done.
  const halves: readonly Half[] = [row.inner, row.outer];
  return (
    <>
      {halves.map((half) => {
        const service = half.span.localEndpoint?.serviceName ?? 'unknown';
        const { duration, kind } = half.span;
        return (
          <section key={half === row.inner ? 'inner' : 'outer'} class="half">
            <h3>
              <ServiceMark service={service} pattern={state.patterns.get(service)} />
              {kind === undefined ? 'Half' : kHalfWords[kind]}: {service}
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
  const text = JSON.stringify(spans, undefined, 2);
  return (
    <details class="raw">
      <summary>Raw JSON, as received</summary>
      <div class="snippet">
        <pre>
          <code>{text}</code>
        </pre>
        <CopyButton text={text} what="JSON" />
      </div>
    </details>
  );
}

export function Drawer({ state }: { readonly state: TraceState }): JSX.Element | null {
  const row = state.row(state.cursor.value);
  if (row === undefined) return null;
  const raw = state.rawSpans.filter((span) => normalSpanId(span?.id) === row.id);
  return (
    <aside class="drawer" aria-label="Span details">
      <header class="drawer-head">
        <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} />
        <h2>
          {row.service}
          {row.name !== '' && <span class="trace-operation">: {row.name}</span>}
        </h2>
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
      <div class="drawer-body">
        {row.failed && <p class="error-banner">✕ This call failed</p>}
        <Facts state={state} row={row} />
        <Halves state={state} row={row} />
        <RawJson spans={raw} />
      </div>
    </aside>
  );
}
