// SPDX-License-Identifier: Apache-2.0
// How a fetch looks: a skeleton of what will come, the thing itself, the reason why not with a
// way to try again, or the old thing dimmed while a new one is on its way. Who waits long is told
// so and may stop.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatBytes } from '../core/bytes';
import { Icon } from './icons';
import type { Failure, Loaded, Resource } from './resource';

/** A wait that is longer than this gets words and a button. */
export const kLongWaitMs = 2_000;

export function FailureNote(props: {
  readonly failure: Failure;
  readonly onRetry: () => void;
}): JSX.Element {
  const { status, title, message, url, reloads } = props.failure;
  return (
    <div class="failure" role="alert">
      <strong>{title ?? (status === 0 ? 'No connection' : `HTTP ${status}`)}</strong>
      <span class="failure-text">{message}</span>
      <code class="failure-url">{new URL(url).pathname}</code>
      {reloads && (
        <button type="button" class="button" onClick={() => globalThis.location.reload()}>
          Reload the page
        </button>
      )}
      <button type="button" class="button" onClick={props.onRetry}>
        <Icon name="reload" />
        Retry
      </button>
    </div>
  );
}

/** Appears when the wait becomes long. */
function WaitNote<T>({ of }: { readonly of: Resource<T> }): JSX.Element {
  const isLong = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      isLong.value = true;
    }, kLongWaitMs);
    return () => clearTimeout(timer);
  }, [isLong]);
  const received = of.received.value;
  return (
    <div class="wait" role="status">
      {isLong.value && (
        <>
          <span>
            {received === 0 ? 'Waiting for clew’s answer' : `Reading: ${formatBytes(received)}`}
          </span>
          <button type="button" class="button small" onClick={() => of.stop()}>
            Stop
          </button>
        </>
      )}
    </div>
  );
}

interface StatesProps<T> {
  readonly of: Resource<T>;
  readonly skeleton: ComponentChildren;
  /** Takes the place of the usual note for failures it knows; returns undefined for others. */
  readonly onFailure?: (failure: Failure) => ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}

function failureView<T>(props: StatesProps<T>, { failure }: Loaded<T>): ComponentChildren {
  if (failure === undefined) return undefined;
  const own = props.onFailure?.(failure);
  return own ?? <FailureNote failure={failure} onRetry={() => props.of.retry()} />;
}

export function FetchStates<T>(props: StatesProps<T>): JSX.Element {
  const state = props.of.state.value;
  const isStale = state.value !== undefined && (state.busy || state.failure !== undefined);
  return (
    <div class="fetch" aria-busy={state.busy}>
      {failureView(props, state)}
      {state.busy && <WaitNote of={props.of} />}
      {state.value !== undefined && (
        <div class={isStale ? 'stale' : 'fresh'}>{props.children(state.value)}</div>
      )}
      {state.value === undefined && state.failure === undefined && (
        <div class="skeleton" role="status" aria-label="Loading">
          {props.skeleton}
        </div>
      )}
    </div>
  );
}
