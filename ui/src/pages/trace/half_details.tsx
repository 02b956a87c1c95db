// SPDX-License-Identifier: Apache-2.0
// Tags, annotations and endpoints of one reported span. All of it is text that strangers wrote:
// it is shown as text, long values folded, line breaks kept.
import type { JSX } from 'preact';
import { formatTick } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { Endpoint } from '../../core/model';
import type { Half } from '../../core/trace';
import { SpanText } from '../../ui/span_text';
import { zone } from '../../ui/zone';
import { Pager } from './pager';
import { Tags } from './tags';
import type { TraceState } from './trace_state';
import { ValueText } from './value_text';

function Annotations(props: {
  readonly half: Half;
  readonly state: TraceState;
}): JSX.Element | null {
  const { half, state } = props;
  const annotations = half.span.annotations ?? [];
  if (annotations.length === 0) return null;
  const shift = state.corrected.value ? half.skew : 0;
  const origin = state.extent.value.start;
  return (
    <>
      <h4 class="part">Annotations and log lines</h4>
      <Pager items={annotations} what="annotations">
        {(page) => (
          <ol class="annotations">
            {page.map(({ timestamp, value }) => (
              <li key={`${timestamp} ${value}`}>
                <time title={formatMoment((timestamp - shift) / 1_000, zone.value)}>
                  +{formatTick(Math.round(timestamp - shift - origin))}
                </time>
                <ValueText name="" text={value} />
              </li>
            ))}
          </ol>
        )}
      </Pager>
    </>
  );
}

function EndpointText({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const { serviceName, ipv4, ipv6, port } = endpoint;
  const host = ipv4 ?? (ipv6 !== undefined && port !== undefined ? `[${ipv6}]` : ipv6) ?? '';
  const address = port === undefined ? host : `${host}:${port}`;
  return (
    <>
      {serviceName !== undefined && <SpanText text={serviceName} />}
      {serviceName !== undefined && address !== '' && ' · '}
      {address !== '' && <SpanText text={address} />}
    </>
  );
}

export function HalfDetails(props: {
  readonly state: TraceState;
  readonly half: Half;
}): JSX.Element {
  const { localEndpoint, remoteEndpoint } = props.half.span;
  return (
    <>
      <Tags half={props.half} state={props.state} />
      <Annotations half={props.half} state={props.state} />
      {(localEndpoint ?? remoteEndpoint) && (
        <>
          <h4 class="part">Endpoints</h4>
          <dl class="lines">
            {localEndpoint && (
              <div class="line">
                <dt>Local</dt>
                <dd>
                  <EndpointText endpoint={localEndpoint} />
                </dd>
              </div>
            )}
            {remoteEndpoint && (
              <div class="line">
                <dt>Remote</dt>
                <dd>
                  <EndpointText endpoint={remoteEndpoint} />
                </dd>
              </div>
            )}
          </dl>
        </>
      )}
    </>
  );
}
