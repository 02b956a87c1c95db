// SPDX-License-Identifier: Apache-2.0
// A young trace may still grow: people open traces seconds after the fact. While it is young and
// the page is in view it is read again, and what is new is offered, never put under the reader's
// eyes by itself. Failures are quiet but counted: after a few in a row the page stops and says so.
import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Span } from '../../core/model';
import { apiUrl, readSpans } from '../../ui/api';
import { failureOf, openAnswer, Request, readJson } from '../../ui/fetching';

/** A trace is young until this long after the last thing it says. */
export const kYoungMs = 120_000;
const kPauseMs = 4_000;
/** A large trace is read less often: 10,000 spans every 10 s, and at most a tenth of the time. */
const kPausePerSpanMs = 1;
const kPauseFactor = 10;
const kFailuresMax = 3;

/** The last moment that any of these spans names, in milliseconds since 1970. */
export function lastMomentOf(spans: readonly Span[]): number {
  let last = 0;
  for (const span of spans) {
    const { timestamp, duration } = span ?? {};
    if (typeof timestamp !== 'number') continue;
    last = Math.max(last, timestamp + (typeof duration === 'number' ? duration : 0));
  }
  return last / 1_000;
}

/** Clocks may differ either way; a trace that claims to be far in the future is not young. */
export function isYoung(spans: readonly Span[], now: number): boolean {
  return Math.abs(now - lastMomentOf(spans)) < kYoungMs;
}

export interface Growth {
  /** Spans that came since the trace on screen was read. */
  readonly more: Signal<number>;
  /** Why the page no longer looks for more, or ''. */
  readonly stopped: Signal<string>;
  readonly show: () => void;
  readonly again: () => void;
}

/** Reads one trace again and again until it is old; `stop` ends it. */
class Reader {
  readonly more = signal(0);
  readonly stopped = signal('');
  private newest: readonly Span[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private readonly url: URL;
  private readonly onShow: (spans: Span[]) => void;
  private readonly shown: readonly Span[];
  private running: Request | undefined;
  private isLeft = false;

  constructor(traceId: string, shown: readonly Span[], onShow: (spans: Span[]) => void) {
    this.url = apiUrl(`trace/${encodeURIComponent(traceId)}`);
    this.shown = shown;
    this.newest = shown;
    this.onShow = onShow;
  }

  wait(readingMs = 0): void {
    clearTimeout(this.timer);
    const perSpan = this.newest.length * kPausePerSpanMs;
    const ms = Math.max(kPauseMs, perSpan, readingMs * kPauseFactor);
    if (this.isLeft || !isYoung(this.newest, Date.now())) return;
    this.timer = setTimeout(() => (document.hidden ? this.wait() : this.read()), ms);
  }

  private async read(): Promise<void> {
    const began = performance.now();
    const request = new Request(this.url);
    this.running = request;
    try {
      const spans = readSpans(await readJson(await openAnswer(request), request));
      this.failures = 0;
      if (spans.length > this.newest.length) this.newest = spans;
      this.more.value = this.newest.length - this.shown.length;
    } catch (error) {
      if (this.isLeft) return;
      this.failures += 1;
      if (this.failures >= kFailuresMax) {
        const { status, message } = failureOf(error, request);
        this.stopped.value = status === 0 ? message : `HTTP ${status}`;
        return;
      }
    } finally {
      request.end();
    }
    this.wait(performance.now() - began);
  }

  show(): void {
    this.onShow([...this.newest]);
  }

  again(): void {
    this.failures = 0;
    this.stopped.value = '';
    this.read();
  }

  stop(): void {
    this.isLeft = true;
    this.running?.stop('left');
    clearTimeout(this.timer);
  }
}

export function useGrowth(
  traceId: string,
  spans: readonly Span[],
  onShow: (spans: Span[]) => void,
): Growth {
  const reader = useMemo(() => new Reader(traceId, spans, onShow), [traceId, spans, onShow]);
  useEffect(() => {
    reader.wait();
    return () => reader.stop();
  }, [reader]);
  return useMemo(() => {
    const { more, stopped } = reader;
    return { more, stopped, show: () => reader.show(), again: () => reader.again() };
  }, [reader]);
}

export function GrowthNote({ growth }: { readonly growth: Growth }): JSX.Element {
  const more = growth.more.value;
  const stopped = growth.stopped.value;
  return (
    <div class="growth" role="status">
      {more > 0 && (
        <button type="button" class="button small" onClick={growth.show}>
          +{more} {more === 1 ? 'span' : 'spans'}, show
        </button>
      )}
      {stopped !== '' && (
        <span>
          <span class="muted" title={stopped}>
            Updates stopped ({stopped}){' '}
          </span>
          <button type="button" class="link" onClick={growth.again}>
            Look again
          </button>
        </span>
      )}
    </div>
  );
}
