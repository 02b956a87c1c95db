// SPDX-License-Identifier: Apache-2.0
// One thing fetched from the server and its four states: nothing yet, there, failed, and still
// there but being fetched again (or failed since). A newer load cancels an older one; a view
// that goes away calls cancel(). Server data has its one home in these objects.
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Failure, failureOf, openAnswer, Request, readJson } from './fetching';

export { type Failure, FetchError, fetchJson } from './fetching';

export interface Loaded<T> {
  readonly busy: boolean;
  readonly value?: T | undefined;
  readonly failure?: Failure | undefined;
}

/** Makes the value of an answer whose body is still to come, and tells `request` of its parts. */
export type AnswerReader<T> = (response: Response, request: Request) => Promise<T>;

const kProgressMs = 250;

export class Resource<T> {
  readonly state = signal<Loaded<T>>({ busy: false });
  /** Decoded bytes of the answer under way, a little late. */
  readonly received = signal(0);
  private running: Request | undefined;
  private again: (() => void) | undefined;

  /** Fetches `url` and keeps what `read` makes of the body. The old value stays until then. */
  load(url: URL, read: (body: unknown) => T): void {
    this.stream(url, async (response, request) => read(await readJson(response, request)));
  }

  /** As load(), for a reader that takes the body piece by piece. */
  stream(url: URL, take: AnswerReader<T>): void {
    this.running?.stop('left');
    let shownAt = Date.now();
    const request = new Request(url, () => {
      if (this.running !== request || Date.now() - shownAt < kProgressMs) return;
      shownAt = Date.now();
      this.received.value = request.received;
    });
    this.running = request;
    this.received.value = 0;
    this.again = () => this.stream(url, take);
    const { value, failure } = this.state.peek();
    this.state.value = { busy: true, value, failure };
    openAnswer(request)
      .then((response) => take(response, request))
      .then(
        (fresh) => this.settle(request, { busy: false, value: fresh }),
        (error) => {
          const kept = this.state.peek().value;
          this.settle(request, { busy: false, value: kept, failure: failureOf(error, request) });
        },
      );
  }

  /** A value from elsewhere, as if it had been fetched; `again` is what retry() does. */
  restore(value: T, again: () => void): void {
    this.cancel();
    this.again = again;
    this.state.value = { busy: false, value };
  }

  /** As before the first load. */
  clear(): void {
    this.cancel();
    this.state.value = { busy: false };
  }

  retry(): void {
    this.again?.();
  }

  /** A person does not want to wait any longer: what came so far is kept where it is of use. */
  stop(): void {
    this.running?.stop('stopped');
  }

  /** Nobody waits any longer; the state stays as it is. */
  cancel(): void {
    this.running?.stop('left');
    this.running = undefined;
  }

  private settle(request: Request, state: Loaded<T>): void {
    request.end();
    if (this.running === request) this.state.value = state;
  }
}

/** A resource that lives as long as the component. */
export function useResource<T>(): Resource<T> {
  const resource = useMemo(() => new Resource<T>(), []);
  useEffect(() => () => resource.cancel(), [resource]);
  return resource;
}
