// SPDX-License-Identifier: Apache-2.0
// What a newcomer sends first, and how the page notices that it came.
import type { Span } from '../../core/model';
import { apiUrl, readNames, readTraces } from '../../ui/api';
import { fetchJson } from '../../ui/resource';

const kPollMs = 2_000;
const kDayMs = 86_400_000;

export function freshId(digits: 16 | 32): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  bytes[0] = (bytes[0] ?? 0) | 1; // an id of zeros is refused
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function helloSpan(traceId: string, id: string): Span {
  return {
    traceId,
    id,
    kind: 'SERVER',
    name: 'hello',
    timestamp: Date.now() * 1_000,
    duration: 120_000,
    localEndpoint: { serviceName: 'demo' },
    tags: { 'sent.by': 'the first-steps page' },
  };
}

/** A command for a POSIX shell; the shell puts in the time, so it may be sent later. */
export function curlCommand(url: URL, traceId: string, id: string): string {
  const before = `[{"traceId":"${traceId}","id":"${id}","name":"hello","timestamp":`;
  const after = `000000,"duration":120000,"localEndpoint":{"serviceName":"demo"}}]`;
  return [
    `curl -X POST ${url.href} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${before}'"$(date +%s)"'${after}'`,
  ].join('\n');
}

/** Sends one span; the refusal in words, or undefined when it was taken. */
export async function sendHello(url: URL): Promise<string | undefined> {
  const body = JSON.stringify([helloSpan(freshId(32), freshId(16))]);
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body });
    return response.ok ? undefined : `HTTP ${response.status}: ${await response.text()}`;
  } catch {
    return 'No answer from clew: is it still running?';
  }
}

async function newestTrace(stop: AbortSignal): Promise<Span[] | undefined> {
  await fetchJson(apiUrl('services'), stop).then(readNames);
  const query = new URLSearchParams({ limit: '1', lookback: String(kDayMs) });
  const traces = await fetchJson(apiUrl('traces', query.toString()), stop).then(readTraces);
  return traces[0];
}

export interface Watcher {
  readonly onArrival: (spans: Span[]) => void;
  readonly onReachable: (isReachable: boolean) => void;
}

/** Asks every two seconds until a trace is there. Returns what stops it. */
export function watchForSpans(watcher: Watcher): () => void {
  const controller = new AbortController();
  let timer = 0;
  const look = async () => {
    try {
      const spans = await newestTrace(controller.signal);
      watcher.onReachable(true);
      if (spans !== undefined) {
        watcher.onArrival(spans);
        return;
      }
    } catch {
      if (controller.signal.aborted) return;
      watcher.onReachable(false);
    }
    timer = globalThis.setTimeout(look, kPollMs) as unknown as number;
  };
  look();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
