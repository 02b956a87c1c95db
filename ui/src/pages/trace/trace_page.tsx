// SPDX-License-Identifier: Apache-2.0
// /zipkin/traces/{id}: fetches a trace and lays out its page. A trace that is not there may
// still be on its way, so the page asks again a few times before it gives up.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Span } from '../../core/model';
import { assembleTrace, titleOf } from '../../core/trace';
import { apiUrl, readSpans } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { Icon } from '../../ui/icons';
import { type Failure, useResource } from '../../ui/resource';
import { place } from '../../ui/router';
import { Drawer } from './drawer';
import { MinimapStrip } from './minimap_strip';
import { NotesStrip } from './notes_strip';
import { Toolbar } from './toolbar';
import { TraceHeader } from './trace_header';
import { TraceState } from './trace_state';
import { Waterfall } from './waterfall';

const kRetriesMax = 5;
const kRetryMs = 2_000;

function Skeleton(): JSX.Element {
  return (
    <div class="trace-skeleton">
      <h1 class="visually-hidden">Trace</h1>
      <div class="bone bone-title" />
      <div class="bone bone-strip" />
      {Array.from({ length: 12 }, (_, at) => (
        <div key={at} class="bone bone-row" />
      ))}
    </div>
  );
}

function NotFound(props: {
  readonly traceId: string;
  readonly triesLeft: number;
  readonly onRetry: () => void;
}): JSX.Element {
  return (
    <section class="notice" role="alert">
      <h1>No such trace here</h1>
      <p>
        clew has no span of <code>{props.traceId}</code>. Its spans may still be on their way, may
        have been dropped to make room for newer traces, or were never sampled.
      </p>
      {props.triesLeft > 0 ? (
        <p class="muted">Looking again in a moment ({props.triesLeft} more times).</p>
      ) : (
        <button type="button" class="button" onClick={props.onRetry}>
          <Icon name="reload" />
          Look again
        </button>
      )}
    </section>
  );
}

function TraceView({ spans }: { readonly spans: readonly Span[] }): JSX.Element {
  const state = useMemo(() => {
    const trace = assembleTrace(spans);
    return trace === undefined ? undefined : new TraceState(trace, spans);
  }, [spans]);
  const { search } = place.value;
  useEffect(() => state?.followAddress(search), [state, search]);
  useEffect(() => () => state?.leave(), [state]);
  const root = state?.trace.rows[0];
  useEffect(() => {
    if (root !== undefined) document.title = `${titleOf(root)} · clew`;
  }, [root]);
  if (state === undefined) {
    return (
      <section class="notice">
        <h1>This trace has no span that can be shown</h1>
      </section>
    );
  }
  return (
    <div class="trace-page">
      <div class="trace-main">
        <TraceHeader state={state} />
        <NotesStrip state={state} />
        <MinimapStrip state={state} />
        <Toolbar state={state} />
        <Waterfall state={state} />
      </div>
      <p class="said" role="status">
        {state.said.value}
      </p>
      {state.isOpen.value && <Drawer state={state} />}
    </div>
  );
}

export function TracePage({ traceId }: { readonly traceId: string }): JSX.Element {
  const spans = useResource<Span[]>();
  const tries = useSignal(0);
  useEffect(() => {
    document.title = 'Trace · clew';
    spans.load(apiUrl(`trace/${encodeURIComponent(traceId)}`), readSpans);
  }, [spans, traceId]);

  const isMissing = spans.state.value.failure?.status === 404;
  const isBusy = spans.state.value.busy;
  useEffect(() => {
    if (!isMissing || isBusy || tries.value >= kRetriesMax) return;
    const timer = setTimeout(() => {
      tries.value += 1;
      spans.retry();
    }, kRetryMs);
    return () => clearTimeout(timer);
  }, [isMissing, isBusy, spans, tries]);

  const onFailure = (failure: Failure) => {
    if (failure.status !== 404) return undefined;
    const triesLeft = kRetriesMax - tries.value;
    return <NotFound traceId={traceId} triesLeft={triesLeft} onRetry={() => spans.retry()} />;
  };
  return (
    <FetchStates of={spans} skeleton={<Skeleton />} onFailure={onFailure}>
      {(value) => <TraceView spans={value} />}
    </FetchStates>
  );
}
