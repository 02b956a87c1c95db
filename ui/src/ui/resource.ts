// SPDX-License-Identifier: Apache-2.0
// One thing fetched from the server and its four states: nothing yet, there, failed, and still
// there but being fetched again (or failed since). A newer load cancels an older one; a view
// that goes away calls cancel(). Server data has its one home in these objects.
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

export interface Failure {
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  readonly message: string;
  readonly url: string;
}

export interface Loaded<T> {
  readonly busy: boolean;
  readonly value?: T | undefined;
  readonly failure?: Failure | undefined;
}

const kMessageMax = 500;

export async function fetchJson(url: URL, signalToStop: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    signal: signalToStop,
    headers: { accept: 'application/json' },
  });
  if (!response.ok) {
    const text = (await response.text()).slice(0, kMessageMax);
    throw new FetchError({
      status: response.status,
      message: text || response.statusText,
      url: url.href,
    });
  }
  return response.json();
}

export class FetchError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function failureOf(error: unknown, url: URL): Failure {
  if (error instanceof FetchError) return error.failure;
  if (error instanceof SyntaxError) {
    return { status: 200, message: 'The answer is not the JSON it should be.', url: url.href };
  }
  return { status: 0, message: 'No answer from clew: is it still running?', url: url.href };
}

export class Resource<T> {
  readonly state = signal<Loaded<T>>({ busy: false });
  private running: AbortController | undefined;
  private again: (() => void) | undefined;

  /** Fetches `url` and keeps what `read` makes of the body. The old value stays until then. */
  load(url: URL, read: (body: unknown) => T): void {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    this.again = () => this.load(url, read);
    const { value, failure } = this.state.peek();
    this.state.value = { busy: true, value, failure };
    fetchJson(url, controller.signal)
      .then((body) => read(body))
      .then(
        (fresh) => this.settle(controller, { busy: false, value: fresh }),
        (error) => {
          const kept = this.state.peek().value;
          this.settle(controller, { busy: false, value: kept, failure: failureOf(error, url) });
        },
      );
  }

  retry(): void {
    this.again?.();
  }

  cancel(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private settle(controller: AbortController, state: Loaded<T>): void {
    if (this.running === controller) this.state.value = state;
  }
}

/** A resource that lives as long as the component. */
export function useResource<T>(): Resource<T> {
  const resource = useMemo(() => new Resource<T>(), []);
  useEffect(() => () => resource.cancel(), [resource]);
  return resource;
}
