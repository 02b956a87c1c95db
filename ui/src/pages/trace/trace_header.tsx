// SPDX-License-Identifier: Apache-2.0
// What trace this is, in one glance.
import type { ComponentChildren, JSX } from 'preact';
import { formatCount, formatDuration } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import { titleOf } from '../../core/trace';
import { apiUrl } from '../../ui/api';
import { CopyButton } from '../../ui/copy_button';
import { Icon } from '../../ui/icons';
import { ServiceChip, ServiceMark } from '../../ui/service_chip';
import { zone } from '../../ui/zone';
import type { TraceState } from './trace_state';

const kChipsMax = 16;

function Fact(props: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
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

export function TraceHeader({ state }: { readonly state: TraceState }): JSX.Element | null {
  const { trace } = state;
  const root = trace.rows[0];
  const extent = state.extent.value;
  if (root === undefined) return null;
  const services = [...trace.services];
  return (
    <header class="trace-header">
      <div class="trace-title">
        <ServiceMark service={root.service} pattern={state.patterns.get(root.service)} />
        <h1 title={titleOf(root)}>
          {root.service}
          {root.name !== '' && <span class="trace-operation">: {root.name}</span>}
        </h1>
        <div class="trace-actions">
          <CopyButton text={() => state.link()} what="link to this page" icon="link" label="Link" />
          <a class="button" href={apiUrl(`trace/${trace.id}`).href} download={`${trace.id}.json`}>
            <Icon name="download" />
            JSON
          </a>
        </div>
      </div>
      <dl class="facts">
        <Fact name="Trace">
          <code class="trace-id">{trace.id}</code>
          <CopyButton text={trace.id} what="trace id" />
        </Fact>
        <Fact name="Start">
          {extent.start === 0 ? '–' : formatMoment(extent.start / 1_000, zone.value)}
        </Fact>
        <Fact name="Duration">{formatDuration(extent.duration)}</Fact>
        <Fact name="Spans">{formatCount(trace.spanCount)}</Fact>
        <Fact name="Services">{services.length}</Fact>
        <Fact name="Depth">{trace.depth}</Fact>
        <Fact name="Errors">
          <Failures state={state} />
        </Fact>
      </dl>
      <div class="trace-services">
        {services.slice(0, kChipsMax).map(([service, count]) => (
          <ServiceChip
            key={service}
            service={service}
            pattern={state.patterns.get(service)}
            count={count}
            title={`${service}: ${count} spans`}
          />
        ))}
        {services.length > kChipsMax && (
          <span class="chip-rest">+{services.length - kChipsMax}</span>
        )}
      </div>
    </header>
  );
}
