// SPDX-License-Identifier: Apache-2.0
// Goal: clocks are corrected where a trace proves a difference, and only there.
// Method: a client and a server on two machines, then their children.
import { describe, expect, it } from 'vitest';
import type { Span } from './model';
import { clockSteps, findSkew, skewBetween } from './skew';
import { at, kStart, span } from './testing/sample_traces';
import { buildTree } from './tree';

const client = (fields: Partial<Span> = {}): Span => {
  return span('2', {
    parentId: '1',
    kind: 'CLIENT',
    timestamp: kStart,
    duration: 100,
    localEndpoint: at('a', '10.0.0.1'),
    ...fields,
  });
};
const server = (fields: Partial<Span> = {}): Span => {
  return span('2', {
    parentId: '1',
    kind: 'SERVER',
    shared: true,
    timestamp: kStart - 500,
    duration: 60,
    localEndpoint: at('b', '10.0.0.2'),
    ...fields,
  });
};

describe('skew between two halves', () => {
  it('puts the server in the middle of its client', () => {
    expect(skewBetween(client(), server())).toBe(-520);
  });
  it('takes one microsecond when the server lasted longer', () => {
    expect(skewBetween(client(), server({ duration: 200 }))).toBe(-501);
  });
  it('takes one microsecond when a duration is missing', () => {
    expect(skewBetween(client({ duration: undefined }), server())).toBe(-501);
  });
  it.each([
    ['both start in the same microsecond', client(), server({ timestamp: kStart })],
    ['the server starts later', client(), server({ timestamp: kStart + 1 })],
    ['both have one address', client(), server({ localEndpoint: at('b', '10.0.0.1') })],
    ['an address is missing', client(), server({ localEndpoint: at('b') })],
    ['a start is missing', client(), server({ timestamp: undefined })],
    ['the parent is no client', client({ kind: 'PRODUCER' }), server()],
    ['the child is no server', client(), server({ kind: 'CONSUMER' })],
  ])('finds nothing when %s', (_, one, other) => {
    expect(skewBetween(one, other)).toBeUndefined();
  });
});

describe('clocks that count in milliseconds', () => {
  it.each([
    ['whole milliseconds', [kStart, kStart + 7_000], 1_000],
    ['one finer moment', [kStart, kStart + 7_001], 1],
    ['none at all', [undefined], 1_000],
  ])('are known by their moments: %s', (_, moments, step) => {
    const spans = moments.map((timestamp) => server({ timestamp }));
    expect(clockSteps(spans).get('b')).toBe(step);
  });
  it('are fine when an annotation is', () => {
    const annotations = [{ timestamp: kStart + 1, value: 'x' }];
    expect(clockSteps([server({ timestamp: kStart, annotations })]).get('b')).toBe(1);
  });
  const caller = span('1', { kind: 'CLIENT', localEndpoint: at('a', '10.0.0.1') });
  const shiftsOf = (sent: number, received: number) => {
    const one = { ...caller, timestamp: sent, duration: 40_000 };
    const other = server({ id: '1', parentId: undefined, timestamp: received, duration: 20_000 });
    return findSkew(buildTree([one, other]));
  };
  it.each([
    ['both whole, the same millisecond', kStart, kStart],
    ['one whole and cut down, one fine', kStart + 5_900, kStart + 5_000],
    ['one whole and rounded up, one fine', kStart + 5_000, kStart + 4_600],
  ])('raise no alarm: %s', (_, sent, received) => expect(shiftsOf(sent, received)).toEqual([]));
  it.each([
    ['a whole millisecond and more', kStart + 5_900, kStart + 3_000],
    ['fine clocks, 2 microseconds', kStart + 13, kStart + 11],
  ])('raise it when a start is earlier by more: %s', (_, sent, received) => {
    expect(shiftsOf(sent, received)).toHaveLength(1);
  });
});

describe('skew in a trace', () => {
  const root = span('1', { timestamp: kStart - 10, localEndpoint: at('a', '10.0.0.1') });
  it('moves the server and what runs on its machine, nothing else', () => {
    const tree = buildTree([
      root,
      client(),
      server(),
      span('3', { parentId: '2', timestamp: kStart - 490, localEndpoint: at('b', '10.0.0.2') }),
      span('4', { parentId: '2', timestamp: kStart + 9, localEndpoint: at('c', '10.0.0.3') }),
    ]);
    const shifts = findSkew(tree);
    expect(shifts).toEqual([{ service: 'b', address: '10.0.0.2', aheadUs: -520 }]);
    const skews = new Map(
      tree.nodes.map((node) => [node.span.id + (node.span.shared ?? ''), node.skew]),
    );
    expect(Object.fromEntries(skews)).toEqual({ '1': 0, '2': 0, '2true': -520, '3': -520, '4': 0 });
  });
  it('measures the next hop on the corrected clock', () => {
    const onward = client({ id: '5', parentId: '2', localEndpoint: at('b', '10.0.0.2') });
    const tree = buildTree([
      root,
      client(),
      server(),
      { ...onward, timestamp: kStart - 490, duration: 20 },
      server({
        id: '5',
        timestamp: kStart - 800,
        duration: 10,
        localEndpoint: at('c', '10.0.0.3'),
      }),
    ]);
    findSkew(tree);
    const last = tree.nodes.find((node) => node.span.id === '5' && node.span.shared);
    expect(last?.skew).toBe(-800 - 5 - 30);
  });
  it('does nothing without a single root', () => {
    const tree = buildTree([client({ parentId: '8' }), server(), span('6', { parentId: '9' })]);
    expect(findSkew(tree)).toEqual([]);
    expect(tree.nodes.every((node) => node.skew === 0)).toBe(true);
  });
  it('says nothing about spans that hang under the root for want of a parent', () => {
    const tree = buildTree([
      { ...root, kind: 'CLIENT', duration: 50 },
      server({ id: '7', shared: undefined, parentId: '99' }),
    ]);
    expect(findSkew(tree)).toEqual([]);
  });
});
