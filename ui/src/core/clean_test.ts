// SPDX-License-Identifier: Apache-2.0
// Goal: what comes from the server is made regular without losing or inventing anything.
// Method: one odd field at a time.
import { describe, expect, it } from 'vitest';
import { cleanSpan, cleanSpans, normalTraceId } from './clean';
import type { Span } from './model';
import { span } from './testing/sample_traces';

const strange = (fields: object): Span | undefined =>
  cleanSpan({ ...span('1'), ...fields } as Span);

describe('cleaning', () => {
  it('pads ids to 16 digits', () => {
    expect(strange({ id: 'abc', parentId: '2' })).toMatchObject({
      traceId: '000000000000000a',
      id: '0000000000000abc',
      parentId: '0000000000000002',
    });
  });
  it.each([
    ['1', '0000000000000001'],
    ['10000000000000001', '00000000000000010000000000000001'],
    ['00000000000000000000000000000abc', '0000000000000abc'],
  ])('makes trace id %s into %s', (given, wanted) => {
    expect(normalTraceId(given)).toBe(wanted);
  });
  it('drops a parent of zeros and a parent that is the span itself', () => {
    expect(strange({ parentId: '0000' })?.parentId).toBeUndefined();
    expect(strange({ id: '0a', parentId: 'a' })?.parentId).toBeUndefined();
  });
  it('drops the name unknown', () => {
    expect(strange({ name: 'unknown' })?.name).toBeUndefined();
    expect(strange({ name: 'get' })?.name).toBe('get');
  });
  it('removes repeated annotations and sorts them', () => {
    const annotations = [
      { timestamp: 2, value: 'b' },
      { timestamp: 1, value: 'z' },
      { timestamp: 2, value: 'a' },
      { timestamp: 2, value: 'b' },
    ];
    expect(strange({ annotations })?.annotations).toEqual([
      { timestamp: 1, value: 'z' },
      { timestamp: 2, value: 'a' },
      { timestamp: 2, value: 'b' },
    ]);
  });
  it('unsets shared on a client only', () => {
    expect(strange({ kind: 'CLIENT', shared: true })?.shared).toBeUndefined();
    expect(strange({ kind: 'SERVER', shared: true })?.shared).toBe(true);
    expect(strange({ kind: 'SERVER', shared: false })?.shared).toBeUndefined();
  });
  it('treats an empty endpoint as absent', () => {
    expect(strange({ localEndpoint: { serviceName: '' } })?.localEndpoint).toBeUndefined();
  });
  it('treats fields of the wrong type as absent', () => {
    const odd = strange({
      name: 7,
      timestamp: '1',
      duration: -3,
      kind: 'X',
      tags: null,
      annotations: 4,
    });
    expect(odd).toMatchObject({ name: undefined, timestamp: undefined, duration: undefined });
    expect(odd?.kind).toBeUndefined();
    expect(odd?.annotations).toEqual([]);
  });
  it('keeps tags named like parts of Object', () => {
    const tags = JSON.parse('{"__proto__":"x","constructor":"y","n":3}');
    expect(Object.entries(strange({ tags })?.tags ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['n', '3'],
    ]);
  });
  it('leaves out what has no usable id', () => {
    const odd = [span(''), span('000'), { id: 'a' } as Span, null as unknown as Span, span('b')];
    expect(cleanSpans(odd).map((each) => each.id)).toEqual(['000000000000000b']);
  });
});
