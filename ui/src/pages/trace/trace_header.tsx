// SPDX-License-Identifier: Apache-2.0
// What trace this is, in one line.
import type { ComponentChildren, JSX } from 'preact';
import { formatCount, formatKnownDuration } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import { rowTitle, wholeDuration } from '../../core/trace';
import { visibleText } from '../../core/visible';
import { CopyButton } from '../../ui/copy_button';
import { ServiceMark } from '../../ui/service_chip';
import { zone } from '../../ui/zone';
import { type Growth, GrowthNote } from './growth';
import { RowTitle } from './row_title';
import { TraceActions } from './trace_actions';
import type { TraceState } from './trace_state';

function Fact(props: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class={`fact fact-${props.name.toLowerCase()}`}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Failures({ state }: { readonly state: TraceState }): JSX.Element {
  const { failures } = state.trace;
  if (failures === 0) return <>0</>;
  return (
    <button
      type="button"
      class="link error-count"
      title="Go to the next error (e)"
      onClick={() => state.goToFailure(1)}
    >
      ✕ {formatCount(failures)}
    </button>
  );
}

function Facts({ state }: { readonly state: TraceState }): JSX.Element {
  const { trace } = state;
  const extent = state.extent.value;
  return (
    <dl class="facts">
      <Fact name="Duration">{formatKnownDuration(wholeDuration(extent))}</Fact>
      <Fact name="Start">
        {extent.start === 0 ? 'no start' : formatMoment(extent.start / 1_000, zone.value)}
      </Fact>
      <Fact name="Errors">
        <Failures state={state} />
      </Fact>
      <Fact name="Spans">{formatCount(trace.spanCount)}</Fact>
      <Fact name="Services">{trace.services.size}</Fact>
      <Fact name="Depth">{trace.depth}</Fact>
      <Fact name="Trace">
        <code class="trace-id" title={trace.id}>
          {trace.id}
        </code>
        <CopyButton text={trace.id} what="trace id" />
      </Fact>
    </dl>
  );
}

export function TraceHeader(props: {
  readonly state: TraceState;
  /** Undefined for a trace that no server has. */
  readonly growth: Growth | undefined;
}): JSX.Element | null {
  const { state, growth } = props;
  const root = state.trace.rows[0];
  if (root === undefined) return null;
  return (
    <header class="trace-header">
      <ServiceMark service={root.service} pattern={state.patterns.get(root.service)} />
      <h1 title={visibleText(rowTitle(root))}>
        <RowTitle row={root} />
      </h1>
      <Facts state={state} />
      {growth !== undefined && (
        <>
          <GrowthNote growth={growth} />
          <TraceActions state={state} />
        </>
      )}
    </header>
  );
}
