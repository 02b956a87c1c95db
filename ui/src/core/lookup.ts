// SPDX-License-Identifier: Apache-2.0
// What a pasted text asks for: ids in every form that headers, logs and other pages write them.
// Pure and without the server: where a word may be a service, the caller asks which there are.
import { parseMoment } from './instant';

export type Lookup =
  | { readonly kind: 'trace'; readonly traceId: string; readonly spanId?: string | undefined }
  /** An address of the search page, without `?`. */
  | { readonly kind: 'search'; readonly query: string }
  /** A service; `traceId` is set where the word may be an id as well. */
  | { readonly kind: 'word'; readonly word: string; readonly traceId?: string | undefined }
  | { readonly kind: 'refused'; readonly words: string };

export const kLookupTakes =
  'a trace id, a traceparent or b3 header, the address of a trace, ' +
  'a Swift transaction id, or a service';

const kHourMs = 3_600_000;
const kIdDigitsMax = 32;
/** Shorter words of these letters may well be services: `cafe`, `feed`. */
const kSurelyId = 16;

const kHeaderNames = [
  'traceparent',
  'b3',
  'x-b3-traceid',
  'uber-trace-id',
  'x-amzn-trace-id',
  'sentry-trace',
  'x-trans-id',
  'x-openstack-request-id',
  'trace[-_. ]?id',
  'trans(?:action)?[-_. ]?id',
];
const kHeaderName = new RegExp(`^["']?(?:${kHeaderNames.join('|')})["']?\\s*[:=]\\s*`, 'i');

/** Without what stands around a value that was copied out of a log line or a header. */
function bare(text: string): string {
  const unquoted = (value: string) => value.trim().replace(/^["'`<([{]+|["'`>)\]},;]+$/g, '');
  return unquoted(unquoted(text).replace(kHeaderName, '')).replace(/^0x(?=[\da-f]+$)/i, '');
}

function traceOf(traceId: string, spanId?: string): Lookup {
  if (/^0+$/.test(traceId)) return { kind: 'refused', words: 'An id of zeros is no trace.' };
  const isSpan = spanId !== undefined && !/^0+$/.test(spanId);
  const span = isSpan ? spanId.toLowerCase().padStart(16, '0') : undefined;
  return { kind: 'trace', traceId: padded(traceId.toLowerCase()), spanId: span };
}

/** Servers keep 16 or 32 digits; leading zeros get lost in logs. */
function padded(id: string): string {
  return id.padStart(id.length > 16 ? 32 : 16, '0');
}

/** Headers: W3C, b3 in one line, Jaeger, Amazon. Padding may be missing, as some tracers write. */
const kHeaders: readonly RegExp[] = [
  /^[\da-f]{2}-(?<trace>[\da-f]{32})-(?<span>[\da-f]{16})-[\da-f]{2}(?:-.*)?$/i,
  /^(?<trace>[\da-f]{11,32})-(?<span>[\da-f]{8,16})(?:-[01d](?:-[\da-f]{1,16})?)?$/i,
  /^(?<trace>[\da-f]{1,32})(?::|%3a)(?<span>[\da-f]{1,16})(?::|%3a)[\da-f]{1,16}(?::|%3a)\d+$/i,
];
const kUuid = /^([\da-f]{8})-([\da-f]{4})-([\da-f]{4})-([\da-f]{4})-([\da-f]{12})$/i;
const kAmazon = /^(?:.*;\s*)?(?:Root=)?1-([\da-f]{8})-([\da-f]{24})(?:;.*)?$/i;
const kSwift = /^tx[\da-f]{10,32}-([\da-f]{8,12})(?:-[\w.-]+)?$/i;

function headerLookup(text: string): Lookup | undefined {
  const uuid = kUuid.exec(text);
  if (uuid !== null) return traceOf(uuid.slice(1).join(''));
  const amazon = kAmazon.exec(text);
  if (amazon !== null) return traceOf(amazon.slice(1).join(''));
  for (const header of kHeaders) {
    const { trace, span } = header.exec(text)?.groups ?? {};
    if (trace !== undefined) return traceOf(trace, span);
  }
  return undefined;
}

/** The id carries the second in which Swift made it; the tag is that of clew's Swift tracing. */
function swiftLookup(text: string, now: number): Lookup | undefined {
  const seconds = kSwift.exec(text)?.[1];
  if (seconds === undefined) return undefined;
  const madeAt = Number.parseInt(seconds, 16) * 1_000;
  const isPlausible = madeAt > 1e12 && madeAt < now + kHourMs;
  const window: Record<string, string> = isPlausible
    ? { lookback: 'range', startTs: `${madeAt - kHourMs}`, endTs: `${madeAt + kHourMs}` }
    : { lookback: '7d' };
  const annotationQuery = `swift.trans_id=${text}`;
  return { kind: 'search', query: new URLSearchParams({ annotationQuery, ...window }).toString() };
}

/** Addresses of traces as this page, Zipkin, Jaeger and their APIs write them. */
function addressLookup(text: string): Lookup | undefined {
  if (!/^(?:https?:\/\/|\/)\S+$/i.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text, 'http://localhost/');
  } catch {
    return { kind: 'refused', words: 'This address cannot be read.' };
  }
  const inPath = /\/(?:traces?|traceMany)\/([\da-f]{1,32})\/?$/i.exec(url.pathname)?.[1];
  const traceId = inPath ?? /^[\da-f]{1,32}$/i.exec(url.searchParams.get('traceId') ?? '')?.[0];
  if (traceId !== undefined) {
    const span = url.searchParams.get('span') ?? url.searchParams.get('uiFind') ?? '';
    return traceOf(traceId, /^[\da-f]{1,16}$/i.test(span) ? span : undefined);
  }
  const isSearch = /^(?:serviceName|annotationQuery|lookback)$/;
  if ([...url.searchParams.keys()].some((key) => isSearch.test(key))) {
    return { kind: 'search', query: url.searchParams.toString() };
  }
  return { kind: 'refused', words: 'This address names no trace.' };
}

export function readLookup(raw: string, now: number): Lookup {
  const text = bare(raw);
  if (text === '') return { kind: 'refused', words: `Paste ${kLookupTakes}.` };
  const found = addressLookup(text) ?? headerLookup(text) ?? swiftLookup(text, now);
  if (found !== undefined) return found;
  if (/^[\da-f]+$/i.test(text)) {
    if (text.length > kIdDigitsMax) {
      const words = `A trace id has at most ${kIdDigitsMax} digits; this has ${text.length}.`;
      return { kind: 'refused', words };
    }
    if (text.length >= kSurelyId || /^0+$/.test(text)) return traceOf(text);
    return { kind: 'word', word: text, traceId: padded(text.toLowerCase()) };
  }
  if (parseMoment(text, 'utc') !== undefined) {
    return { kind: 'refused', words: 'This is a time: choose “Custom range” in the search form.' };
  }
  return { kind: 'word', word: text };
}

export type WordMatch =
  | { readonly service: string }
  | { readonly traceId: string }
  | { readonly near: readonly string[] };

const kNearMax = 5;

/** Which service a word means: the one so called, else the only one with it in its name. */
export function matchWord(
  { word, traceId }: { readonly word: string; readonly traceId?: string | undefined },
  services: readonly string[],
): WordMatch {
  const wanted = word.toLowerCase();
  const exact = services.find((service) => service.toLowerCase() === wanted);
  if (exact !== undefined) return { service: exact };
  if (traceId !== undefined) return { traceId };
  const near = services.filter((service) => service.toLowerCase().includes(wanted));
  const [only] = near;
  if (only !== undefined && near.length === 1) return { service: only };
  return { near: near.slice(0, kNearMax) };
}
