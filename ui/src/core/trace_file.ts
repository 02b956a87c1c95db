// SPDX-License-Identifier: Apache-2.0
// Traces out of a text that somebody kept: a list of Zipkin v2 spans, a list of such lists, one
// span, or any of these a line. What it cannot read it refuses in words.
import { normalSpanId, normalTraceId } from './clean';
import type { Span } from './model';

export interface TraceFile {
  /** Spans as they were written, one list a trace, in the order of the file. */
  readonly traces: readonly (readonly Span[])[];
  /** Entries that are no spans and were left out. */
  readonly skipped: number;
}

/** Not for programs: `message` is shown. */
export class TraceFileError extends Error {}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (lines.length < 2) throw fault;
    return lines.map((line) => JSON.parse(line));
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the text is instead, where it is a format that people have. */
function foreignFormat(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value.flat(2)[0] : value;
  if (!isObject(first)) return undefined;
  if ('resourceSpans' in first) return 'OTLP JSON';
  if (Array.isArray(first.data) || 'processes' in first) return 'Jaeger’s JSON';
  if ('binaryAnnotations' in first) return 'Zipkin v1 JSON';
  return undefined;
}

function isSpan(value: unknown): boolean {
  if (!isObject(value) || typeof value.traceId !== 'string') return false;
  return /^[\da-f]{1,32}$/i.test(value.traceId) && normalSpanId(value.id) !== undefined;
}

/** Throws TraceFileError, whose message says what is wrong. */
export function readTraceFile(text: string): TraceFile {
  const bare = text.replace(/^\ufeff/, '').trim();
  if (bare === '') throw new TraceFileError('There is nothing in it.');
  let value: unknown;
  try {
    value = parsed(bare);
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    throw new TraceFileError(`It is not JSON: ${reason}`);
  }
  const foreign = foreignFormat(value);
  if (foreign !== undefined) {
    throw new TraceFileError(`It is ${foreign}; this page reads Zipkin v2 JSON.`);
  }
  const traces = new Map<string, Span[]>();
  let skipped = 0;
  for (const entry of [value].flat(3)) {
    if (!isSpan(entry)) {
      skipped += 1;
      continue;
    }
    const span = entry as Span;
    const id = normalTraceId(span.traceId.toLowerCase());
    const known = traces.get(id);
    if (known === undefined) traces.set(id, [span]);
    else known.push(span);
  }
  if (traces.size === 0) throw new TraceFileError('There is no Zipkin v2 span in it.');
  return { traces: [...traces.values()], skipped };
}
