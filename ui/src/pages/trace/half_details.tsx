// SPDX-License-Identifier: Apache-2.0
// Tags, annotations and endpoints of one reported span. All of it is text that strangers wrote:
// it is shown as text, long values folded, line breaks kept.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { compareText } from '../../core/clean';
import { formatTick } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { Endpoint } from '../../core/model';
import type { Half } from '../../core/trace';
import { CopyButton } from '../../ui/copy_button';
import { zone } from '../../ui/zone';
import type { TraceState } from './trace_state';

const kFoldAt = 400;

function sizeWords(length: number): string {
  return length < 1_000 ? `${length} characters` : `${(length / 1_000).toFixed(1)} k characters`;
}

function LongText({ text }: { readonly text: string }): JSX.Element {
  const isOpen = useSignal(false);
  if (text.length <= kFoldAt) return <span class="value">{text}</span>;
  return (
    <span class="value">
      {isOpen.value ? text : `${text.slice(0, kFoldAt)}…`}
      <button
        type="button"
        class="link"
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {isOpen.value ? 'Show less' : `Show all ${sizeWords(text.length)}`}
      </button>
    </span>
  );
}

/** What went wrong first, then by name. */
function compareKeys(a: string, b: string): number {
  return Number(b === 'error') - Number(a === 'error') || compareText(a, b);
}

function Tags({ half }: { readonly half: Half }): JSX.Element | null {
  const tags = half.span.tags ?? {};
  const keys = Object.keys(tags).sort(compareKeys);
  if (keys.length === 0) return null;
  return (
    <>
      <h4>Tags</h4>
      <dl class="tags">
        {keys.map((key) => {
          const value = tags[key] ?? '';
          return (
            <div key={key} class={key === 'error' ? 'tag tag-error' : 'tag'}>
              <dt>{key}</dt>
              <dd>
                <LongText text={value} />
                <CopyButton text={value} what={`value of ${key}`} />
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

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
      <h4>Annotations and log lines</h4>
      <ol class="annotations">
        {annotations.map(({ timestamp, value }) => (
          <li key={`${timestamp} ${value}`}>
            <time title={formatMoment((timestamp - shift) / 1_000, zone.value)}>
              +{formatTick(Math.round(timestamp - shift - origin))}
            </time>
            <LongText text={value} />
          </li>
        ))}
      </ol>
    </>
  );
}

function endpointWords(endpoint: Endpoint): string {
  const { serviceName, ipv4, ipv6, port } = endpoint;
  const host = ipv4 ?? (ipv6 !== undefined && port !== undefined ? `[${ipv6}]` : ipv6) ?? '';
  const address = port === undefined ? host : `${host}:${port}`;
  return [serviceName, address].filter(Boolean).join(' · ');
}

export function HalfDetails(props: {
  readonly state: TraceState;
  readonly half: Half;
}): JSX.Element {
  const { localEndpoint, remoteEndpoint } = props.half.span;
  return (
    <>
      <Tags half={props.half} />
      <Annotations half={props.half} state={props.state} />
      {(localEndpoint ?? remoteEndpoint) && (
        <>
          <h4>Endpoints</h4>
          <dl class="lines">
            {localEndpoint && (
              <div class="line">
                <dt>Local</dt>
                <dd>{endpointWords(localEndpoint)}</dd>
              </div>
            )}
            {remoteEndpoint && (
              <div class="line">
                <dt>Remote</dt>
                <dd>{endpointWords(remoteEndpoint)}</dd>
              </div>
            )}
          </dl>
        </>
      )}
    </>
  );
}
