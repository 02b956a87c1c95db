// SPDX-License-Identifier: Apache-2.0
// The page of an empty store: how to send a first span, and the moment it arrives.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatDuration } from '../../core/duration';
import { type Summary, summarise } from '../../core/summary';
import { titleOf } from '../../core/trace';
import { ingestUrl } from '../../ui/api';
import { Snippet } from '../../ui/snippet';
import { curlCommand, freshId, sendHello, watchForSpans } from './first_span';

const kEventlet = 'from clew.eventlet import patcher\npatcher.enable_trace_patch()';

function SendButton(): JSX.Element {
  const refusal = useSignal<string | undefined>(undefined);
  const send = async () => {
    refusal.value = await sendHello(ingestUrl());
  };
  return (
    <>
      <button type="button" class="button" onClick={send}>
        Send it for me
      </button>
      {refusal.value !== undefined && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
    </>
  );
}

function Arrived(props: { readonly trace: Summary; readonly onDone: () => void }): JSX.Element {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  const { trace } = props;
  return (
    <div class="arrived" role="status">
      <span class="pulse pulse-arrived" aria-hidden="true" />
      <p>
        First span: <b>{titleOf(trace)}</b>, {formatDuration(trace.duration)}
      </p>
      <a class="button primary" href={`traces/${trace.traceId}`} ref={link}>
        Open the trace
      </a>
      <button type="button" class="button quiet" onClick={props.onDone}>
        Go to the search
      </button>
    </div>
  );
}

function Waiting({ isReachable }: { readonly isReachable: boolean }): JSX.Element {
  return (
    <div class="arrived" role="status">
      <span class={isReachable ? 'pulse' : 'pulse pulse-lost'} aria-hidden="true" />
      <p>
        {isReachable
          ? 'clew is running. Nothing received yet: this page is watching.'
          : 'clew does not answer. This page keeps trying.'}
      </p>
    </div>
  );
}

/** Programs that are to be traced; each snippet is whole, with the address of this server in it. */
function Others({ endpoint }: { readonly endpoint: string }): JSX.Element {
  const run = `pip install dist/clew-*.whl\nCLEW_ENDPOINT=${endpoint} clew-run python service.py`;
  const otel = `OTEL_TRACES_EXPORTER=zipkin\nOTEL_EXPORTER_ZIPKIN_ENDPOINT=${endpoint}`;
  const spring = [
    '# Spring Boot 3',
    `management.zipkin.tracing.endpoint=${endpoint}`,
    '# Spring Boot 4',
    `management.tracing.export.zipkin.endpoint=${endpoint}`,
    '# both: of every request, not of one in ten',
    'management.tracing.sampling.probability=1.0',
  ].join('\n');
  return (
    <>
      <h2>From a Python service</h2>
      <p>
        <code>./dev wheel</code> in clew’s sources makes the wheel; no package index has it yet. Run
        under clew-run, a program is traced as it is:
      </p>
      <Snippet text={run} what="commands">
        {run}
      </Snippet>
      <p>Or by two lines of its own, under eventlet, before the service starts:</p>
      <Snippet text={kEventlet} what="lines">
        {kEventlet}
      </Snippet>
      <h2>From a program with OpenTelemetry</h2>
      <p>Its SDK sends to Zipkin when the environment says so (the Zipkin exporter is needed):</p>
      <Snippet text={otel} what="variables">
        {otel}
      </Snippet>
      <h2>From Spring Boot</h2>
      <Snippet text={spring} what="properties">
        {spring}
      </Snippet>
    </>
  );
}

export function Newcomer({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const arrived = useSignal<Summary | undefined>(undefined);
  const isReachable = useSignal(true);
  const curl = useMemo(() => curlCommand(ingestUrl(), freshId(32), freshId(16)), []);
  useEffect(() => {
    document.title = 'clew: first steps';
    return watchForSpans({
      onArrival: (spans) => {
        arrived.value = summarise(spans);
      },
      onReachable: (reachable) => {
        isReachable.value = reachable;
      },
    });
  }, [arrived, isReachable]);

  return (
    <section class="newcomer">
      <h1>Send the first span</h1>
      {arrived.value === undefined ? (
        <Waiting isReachable={isReachable.value} />
      ) : (
        <Arrived trace={arrived.value} onDone={onDone} />
      )}
      <h2>From a shell</h2>
      <p>One finished request of a service called demo, with a fresh id:</p>
      <Snippet text={curl} what="command">
        {curl}
      </Snippet>
      <SendButton />
      <Others endpoint={ingestUrl().href} />
    </section>
  );
}
