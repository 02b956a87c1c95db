// SPDX-License-Identifier: Apache-2.0
// Goal: a line of the result list says what the trace page will say.
// Method: the demo trace and traces with parts missing.
import { describe, expect, it } from 'vitest';
import { type Summary, sortSummaries, summarise } from './summary';
import { at, demoSpans, kStart, span } from './testing/sample_traces';

describe('summary', () => {
  it('tells root, times, spans, services and failures', () => {
    expect(summarise(demoSpans())).toEqual({
      traceId: '000000000000000a',
      start: kStart,
      duration: 50_000,
      service: 'front',
      name: 'get',
      rootMissing: false,
      spanCount: 5,
      services: [
        ['front', 2],
        ['middle', 2],
        ['back', 1],
      ],
      failures: 1,
    });
  });
  it('takes the earliest span when no span is the root', () => {
    const one = summarise([
      span('3', { parentId: '2', timestamp: 9, localEndpoint: at('late') }),
      span('2', { parentId: '1', timestamp: 4, remoteEndpoint: at('early') }),
    ]);
    expect(one).toMatchObject({ service: 'early', rootMissing: true, duration: 5 });
  });
  it('counts a name known only from the other side as 0 spans', () => {
    const one = summarise([span('1', { localEndpoint: at('a'), remoteEndpoint: at('redis') })]);
    expect(one?.services).toEqual([
      ['a', 1],
      ['redis', 0],
    ]);
  });
  it("takes odd tags and what is no span as Zipkin's own page does", () => {
    const odd = [null, 7, span('1', { tags: null as never }), span('2', { tags: { error: '' } })];
    expect(summarise(odd as never)).toMatchObject({ spanCount: 2, failures: 1 });
  });
  it('has no start when no span has one, and is nothing without spans', () => {
    expect(summarise([span('1')])).toMatchObject({ start: undefined, duration: 0 });
    expect(summarise([])).toBeUndefined();
  });
  it('sorts in five orders', () => {
    const row = (traceId: string, start: number, duration: number, spanCount: number) =>
      ({ traceId, start, duration, spanCount, failures: spanCount % 5 }) as Summary;
    const rows = [row('a', 1, 30, 5), row('b', 3, 10, 9), row('c', 2, 20, 1)];
    const order = (name: Parameters<typeof sortSummaries>[1]) =>
      sortSummaries(rows, name)
        .map((each) => each.traceId)
        .join('');
    expect(order('newest')).toBe('bca');
    expect(order('longest')).toBe('acb');
    expect(order('shortest')).toBe('bca');
    expect(order('spans')).toBe('bac');
    expect(order('errors')).toBe('bca');
  });
});
