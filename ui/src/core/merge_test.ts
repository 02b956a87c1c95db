// SPDX-License-Identifier: Apache-2.0
// Goal: pieces of one span become one, halves of one call stay two.
// Method: small traces through cleaning and merging, in both orders.
import { describe, expect, it } from 'vitest';
import { cleanSpans } from './clean';
import { clearLoneShared, mergeTrace } from './merge';
import type { Span } from './model';
import { at, demoSpans, span } from './testing/sample_traces';

function merged(spans: Span[]): Span[] {
  const forwards = mergeTrace(cleanSpans(spans));
  expect(mergeTrace(cleanSpans([...spans].reverse()))).toEqual(forwards);
  return forwards;
}

describe('merging', () => {
  it('joins a span that came in two pieces', () => {
    const [one, ...rest] = merged([
      span('1', { kind: 'CLIENT', timestamp: 5, tags: { a: '1' }, localEndpoint: at('x') }),
      span('1', { kind: 'CLIENT', duration: 7, name: 'get', tags: { b: '2' }, parentId: '9' }),
    ]);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ timestamp: 5, duration: 7, name: 'get', tags: { a: '1', b: '2' } });
  });
  it('keeps client and server halves apart, client first', () => {
    const halves = merged(demoSpans()).filter((each) => each.id.endsWith('2'));
    expect(halves.map((each) => each.kind)).toEqual(['CLIENT', 'SERVER']);
  });
  it('sets the shared flag that a server forgot', () => {
    const [client, server] = merged([
      span('2', { kind: 'SERVER', localEndpoint: at('b') }),
      span('2', { kind: 'CLIENT', parentId: '1', localEndpoint: at('a') }),
    ]);
    expect(client?.shared).toBeUndefined();
    expect(server).toMatchObject({ shared: true, parentId: '0000000000000001' });
  });
  it('keeps both halves of a service that calls itself', () => {
    const self = at('a', '10.0.0.1');
    const halves = merged([
      span('2', { kind: 'CLIENT', localEndpoint: self, duration: 9 }),
      span('2', { kind: 'SERVER', localEndpoint: self, duration: 5 }),
    ]);
    expect(halves.map((each) => [each.kind, each.duration, each.shared])).toEqual([
      ['CLIENT', 9, undefined],
      ['SERVER', 5, true],
    ]);
  });
  it('keeps servers at different endpoints apart', () => {
    const servers = ['10.0.0.1', '10.0.0.2'].map((ip) => {
      return span('2', { kind: 'SERVER', shared: true, localEndpoint: at('b', ip) });
    });
    expect(merged(servers)).toHaveLength(2);
  });
  it('writes the 128-bit trace id on every span', () => {
    const long = '463ac35c9f6413ad48485a3953bb6124';
    const ids = merged([span('1'), { ...span('2', { parentId: '1' }), traceId: long }]);
    expect(ids.map((each) => each.traceId)).toEqual([long, long]);
  });
  it('clears shared on the only parentless span', () => {
    const [root] = clearLoneShared(merged(demoSpans()));
    expect(root?.shared).toBeUndefined();
  });
  it('leaves shared alone when two spans have no parent', () => {
    const two = merged([span('1', { shared: true, kind: 'SERVER' }), span('2')]);
    expect(clearLoneShared(two).filter((each) => each.shared)).toHaveLength(1);
  });
});
