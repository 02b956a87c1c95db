// SPDX-License-Identifier: Apache-2.0
// The cast of the tests: front calls middle, middle calls back, each with a client and a server
// half.
import type { Span } from '../model';

export const kStart = 1_700_000_000_000_000;

/** A span with the fields a test cares about; ids are padded by the code under test. */
export function span(id: string, fields: Partial<Span> = {}): Span {
  return { traceId: 'a', id, ...fields };
}

export function at(serviceName: string, ipv4?: string): Span['localEndpoint'] {
  return { serviceName, ipv4 };
}

export function demoSpans(): Span[] {
  return [
    span('3', {
      parentId: '2',
      kind: 'SERVER',
      name: 'get',
      timestamp: kStart + 6_000,
      duration: 20_000,
      localEndpoint: at('back'),
      tags: { 'http.path': '/back', 'http.status_code': '500', error: 'boom' },
      annotations: [{ timestamp: kStart + 7_000, value: 'INFO back: reading' }],
      shared: true,
    }),
    span('1', {
      kind: 'SERVER',
      name: 'get',
      timestamp: kStart,
      duration: 50_000,
      localEndpoint: at('front'),
      shared: true,
    }),
    span('2', {
      parentId: '1',
      kind: 'CLIENT',
      name: 'get',
      timestamp: kStart + 1_000,
      duration: 40_000,
      localEndpoint: at('front'),
    }),
    span('2', {
      parentId: '1',
      kind: 'SERVER',
      name: 'get',
      timestamp: kStart + 2_000,
      duration: 38_000,
      localEndpoint: at('middle'),
      shared: true,
    }),
    span('3', {
      parentId: '2',
      kind: 'CLIENT',
      name: 'get',
      timestamp: kStart + 5_000,
      duration: 22_000,
      localEndpoint: at('middle'),
    }),
  ];
}

/** `count` spans: a root with chains below it, ten deep. */
export function manySpans(count: number): Span[] {
  return Array.from({ length: count }, (_, n) => {
    const parent = n === 0 ? undefined : n % 10 === 1 ? 1 : n;
    return span((n + 1).toString(16), {
      parentId: parent?.toString(16),
      name: `step ${n % 7}`,
      timestamp: kStart + n * 10,
      duration: 5 + (n % 100),
      localEndpoint: at(`service-${n % 12}`),
      tags: n % 97 === 0 && n > 0 ? { error: 'x' } : {},
    });
  });
}
