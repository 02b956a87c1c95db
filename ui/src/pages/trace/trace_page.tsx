// SPDX-License-Identifier: Apache-2.0
// /zipkin/traces/{id}: fetches a trace and lays out its page. A trace that is not there may
// still be on its way, so the page asks again a few times before it gives up.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import type { Span } from '../../core/model';
import { assembleTrace, rowTitle } from '../../core/trace';
import { visibleText } from '../../core/visible';
import { apiUrl, readSpans } from '../../ui/api';
import { FailureNote, FetchStates } from '../../ui/fetch_states';
import { Icon } from '../../ui/icons';
import { useKeys } from '../../ui/keys';
import { type Failure, useResource } from '../../ui/resource';
import { place } from '../../ui/router';
import { useWidth } from '../../ui/use_width';
import { Crumbs } from './crumbs';
import { DrawerFrame } from './drawer_frame';
import { type Growth, useGrowth } from './growth';
import { MinimapStrip } from './minimap_strip';
import { NotesStrip } from './notes_strip';
import { SpanTable } from './span_table';
import { Toolbar } from './toolbar';
import { TraceHeader } from './trace_header';
import { traceKeys } from './trace_keys';
import { dock, drawerPixels, kDockWidth } from './trace_layout';
import { TraceState } from './trace_state';
import { Waterfall } from './waterfall';

const kHalfIdDigits = 16;
const kRetriesMax = 5;
const kRetryMs = 2_000;

function traceUrl(traceId: string): URL {
  return apiUrl(`trace/${encodeURIComponent(traceId)}`);
}

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
      {props.traceId.length === kHalfIdDigits && (
        <p>
          If this is the lower half of a 128-bit id: a trace is found by its whole id only, of 32
          digits.
        </p>
      )}
      {props.triesLeft > 0 ? (
        <p class="muted">Looking again in a moment ({props.triesLeft} more times).</p>
      ) : (
        <>
          <p class="muted">Looked {kRetriesMax} more times and stopped.</p>
          <button type="button" class="button" onClick={props.onRetry}>
            <Icon name="reload" />
            Look again
          </button>
        </>
      )}
    </section>
  );
}

/** The state of this reading of the trace, with what a person did to the reading before it. */
function useTraceState(spans: readonly Span[]): TraceState | undefined {
  const last = useRef<TraceState | undefined>(undefined);
  const state = useMemo(() => {
    const trace = assembleTrace(spans);
    const fresh = trace && new TraceState(trace, spans);
    if (last.current !== undefined) fresh?.adopt(last.current);
    last.current = fresh;
    return fresh;
  }, [spans]);
  const { search } = place.value;
  useEffect(() => state?.followAddress(search), [state, search]);
  useEffect(() => () => state?.leave(), [state]);
  return state;
}

function TraceBody({ state }: { readonly state: TraceState }): JSX.Element {
  const [body, width] = useWidth<HTMLDivElement>(1_280);
  useKeys(useMemo(() => traceKeys(state), [state]));
  const isOpen = state.isOpen.value;
  const isRight = dock.value === 'right' && width >= kDockWidth;
  const mainWidth = isOpen && isRight ? width - drawerPixels(width) : width;
  return (
    <div ref={body} class={isRight ? 'trace-body' : 'trace-body docked-bottom'}>
      <div class="trace-main">
        <MinimapStrip state={state} />
        <Toolbar state={state} width={mainWidth} />
        <Crumbs state={state} width={mainWidth} />
        {state.tab.value === 'spans' ? <SpanTable state={state} /> : <Waterfall state={state} />}
      </div>
      {isOpen && <DrawerFrame state={state} isRight={isRight} width={width} />}
    </div>
  );
}

function TraceView(props: {
  readonly spans: readonly Span[];
  readonly growth: Growth | undefined;
}): JSX.Element {
  const { spans, growth } = props;
  const state = useTraceState(spans);
  const root = state?.trace.rows[0];
  useEffect(() => {
    if (root !== undefined) document.title = `${visibleText(rowTitle(root))} · clew`;
  }, [root]);
  if (state === undefined) {
    return (
      <section class="notice">
        <h1>This trace has no span that can be shown</h1>
        <p>A span needs a trace id and a span id; none of those that came has both.</p>
      </section>
    );
  }
  return (
    <div class="trace-page">
      <TraceHeader state={state} growth={growth} />
      <NotesStrip state={state} />
      <TraceBody state={state} />
      <p class="said" role="status">
        {state.said.words.value}
      </p>
    </div>
  );
}

/** A trace that the server has: it may still grow. */
function ServedTrace(props: {
  readonly traceId: string;
  readonly spans: readonly Span[];
  readonly onFresh: (spans: Span[]) => void;
}): JSX.Element {
  const { traceId, spans, onFresh } = props;
  const growth = useGrowth(traceId, spans, onFresh);
  return <TraceView spans={spans} growth={growth} />;
}

/** A trace that no server has: shown as any other, without what only a server can do. */
export function FileTrace({ spans }: { readonly spans: readonly Span[] }): JSX.Element {
  return <TraceView spans={spans} growth={undefined} />;
}

export function TracePage({ traceId }: { readonly traceId: string }): JSX.Element {
  const spans = useResource<Span[]>();
  const tries = useSignal(0);
  useEffect(() => {
    document.title = 'Trace · clew';
    spans.load(traceUrl(traceId), readSpans);
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

  const onFresh = useCallback(
    (fresh: Span[]) => {
      spans.restore(fresh, () => spans.load(traceUrl(traceId), readSpans));
    },
    [spans, traceId],
  );
  const onFailure = (failure: Failure) => {
    if (failure.status !== 404) {
      const note = <FailureNote failure={failure} onRetry={() => spans.retry()} />;
      if (spans.state.value.value !== undefined) return note;
      return (
        <>
          <h1 class="visually-hidden">Trace</h1>
          {note}
        </>
      );
    }
    const triesLeft = kRetriesMax - tries.value;
    return <NotFound traceId={traceId} triesLeft={triesLeft} onRetry={() => spans.retry()} />;
  };
  return (
    <FetchStates of={spans} skeleton={<Skeleton />} onFailure={onFailure}>
      {(value) => <ServedTrace traceId={traceId} spans={value} onFresh={onFresh} />}
    </FetchStates>
  );
}
