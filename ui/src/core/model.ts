// SPDX-License-Identifier: Apache-2.0
// What a span is on the wire (Zipkin v2 JSON). Names are kept as they are written there; times are
// microseconds since 1970, durations microseconds. An absent field is undefined, never zero or "".

export type Kind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

export interface Endpoint {
  readonly serviceName?: string | undefined;
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly port?: number | undefined;
}

export interface Annotation {
  readonly timestamp: number;
  readonly value: string;
}

export interface Span {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly kind?: Kind | undefined;
  readonly name?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly duration?: number | undefined;
  readonly localEndpoint?: Endpoint | undefined;
  readonly remoteEndpoint?: Endpoint | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly debug?: boolean | undefined;
  readonly shared?: boolean | undefined;
}

export interface DependencyLink {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  readonly errorCount?: number | undefined;
}

/** The service a span speaks of: its own, else the one on the other side, else `unknown`. */
export function serviceOf(span: Span): string {
  return span.localEndpoint?.serviceName ?? span.remoteEndpoint?.serviceName ?? 'unknown';
}

/** A span failed when it carries the tag `error`, with any value, even an empty one. */
export function hasFailed(span: Span): boolean {
  return span.tags !== undefined && Object.hasOwn(span.tags, 'error');
}

/** The latest moment a span tells of, or undefined when it has no start. */
export function endOf(span: Span): number | undefined {
  return span.timestamp === undefined ? undefined : span.timestamp + (span.duration ?? 0);
}
