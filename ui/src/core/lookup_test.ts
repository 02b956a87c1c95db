// SPDX-License-Identifier: Apache-2.0
// Goal: whatever names a trace elsewhere opens it here.
// Method: one table of texts as headers, logs and other pages write them.
import { describe, expect, it } from 'vitest';
import { matchWord, readLookup } from './lookup';

const kNow = Date.UTC(2026, 10, 30);
const kLong = '7c966f5e2db5f94f7b046f97c02da9c4';
const kSpan = '00f067aa0ba902b7';
const kSwift = 'txc2c5b1cb8f0a4b1a9d5e7-00692b8d00';
const trace = (traceId: string, spanId?: string) => ({ kind: 'trace', traceId, spanId });

describe('a pasted id', () => {
  it.each([
    [kLong, trace(kLong)],
    [` ${kLong.toUpperCase()} `, trace(kLong)],
    [`"${kLong}",`, trace(kLong)],
    [`trace_id=${kLong}`, trace(kLong)],
    [`"traceId": "${kLong}",`, trace(kLong)],
    [`X-B3-TraceId: ${kSpan}`, trace(kSpan)],
    [`0x${kSpan}`, trace(kSpan)],
    [kLong.slice(16), trace(kLong.slice(16))],
    [kLong.slice(1), trace(`0${kLong.slice(1)}`)],
    ['7c966f5e-2db5-f94f-7b04-6f97c02da9c4', trace(kLong)],
    [`00-${kLong}-${kSpan}-01`, trace(kLong, kSpan)],
    [`traceparent: 00-${kLong}-${kSpan}-00`, trace(kLong, kSpan)],
    [`cc-${kLong}-${kSpan}-01-what-comes-later`, trace(kLong, kSpan)],
    [`${kLong}-${kSpan}-1`, trace(kLong, kSpan)],
    [`b3: ${kLong}-${kSpan}-d-05e3ac9a4f6e3b90`, trace(kLong, kSpan)],
    [`${kLong}-${kSpan}`, trace(kLong, kSpan)],
    ['463ac35c9f6413ad-a2fb4a1d1a96d312-1', trace('463ac35c9f6413ad', 'a2fb4a1d1a96d312')],
    ['463ac35c9f6413a-2fb4a1d1a96d312-1', trace('0463ac35c9f6413a', '02fb4a1d1a96d312')],
    [`${kLong}:${kSpan}:0:1`, trace(kLong, kSpan)],
    [`uber-trace-id: ${kLong}%3A${kSpan}%3A0%3A1`, trace(kLong, kSpan)],
    ['Root=1-7c966f5e-2db5f94f7b046f97c02da9c4;Sampled=1', trace(kLong)],
  ])('%j', (text, lookup) => {
    expect(readLookup(text, kNow)).toEqual(lookup);
  });
  it.each([
    [`http://host/zipkin/traces/${kLong}`, trace(kLong)],
    [`https://host:9411/x/zipkin/traces/${kLong}?span=${kSpan}`, trace(kLong, kSpan)],
    [`/zipkin/traces/${kLong}/`, trace(kLong)],
    [`http://jaeger/trace/${kLong}?uiFind=${kSpan}`, trace(kLong, kSpan)],
    [`http://jaeger/jaeger/trace/${kSpan}?uiFind=some%20text`, trace(kSpan)],
    [`http://host/api/v2/trace/${kLong}`, trace(kLong)],
    [`http://host/zipkin/?traceId=${kLong}`, trace(kLong)],
    [
      'http://host/zipkin/?serviceName=front&lookback=1h',
      { kind: 'search', query: 'serviceName=front&lookback=1h' },
    ],
    ['http://host/', { kind: 'refused', words: 'This address names no trace.' }],
  ])('in the address %j', (text, lookup) => expect(readLookup(text, kNow)).toEqual(lookup));
  it.each([
    ['0', 'An id of zeros is no trace.'],
    ['0'.repeat(32), 'An id of zeros is no trace.'],
    ['a'.repeat(40), 'A trace id has at most 32 digits; this has 40.'],
    ['2026-11-30T10:00:00Z', 'This is a time: choose “Custom range” in the search form.'],
  ])('that is none: %j', (text, words) => {
    expect(readLookup(text, kNow)).toEqual({ kind: 'refused', words });
  });
  it('says what is taken when nothing was pasted', () => {
    expect(readLookup('  ', kNow)).toMatchObject({ kind: 'refused' });
  });
});

describe('a Swift transaction id', () => {
  const madeAt = 0x692b8d00 * 1_000;
  it.each([kSwift, `X-Trans-Id: ${kSwift}`, `${kSwift}-eu-west`])('%j is a tag', (text) => {
    const lookup = readLookup(text, kNow);
    const params = new URLSearchParams(lookup.kind === 'search' ? lookup.query : '');
    expect(params.get('annotationQuery')).toBe(`swift.trans_id=${text.replace(/^.*: /, '')}`);
    expect(Number(params.get('startTs'))).toBeLessThan(madeAt);
    expect(Number(params.get('endTs'))).toBeGreaterThan(madeAt);
  });
  it('of an impossible time is looked for in the last week', () => {
    const lookup = readLookup('txc2c5b1cb8f0a4b1a9d5e7-0000000001', kNow);
    expect(lookup).toMatchObject({ kind: 'search' });
    expect(lookup.kind === 'search' && lookup.query).toContain('lookback=7d');
  });
});

describe('a word', () => {
  const services = ['cafe', 'ts-order-service', 'ts-order-other-service', 'front'];
  it.each([
    ['Front', { service: 'front' }],
    ['fro', { service: 'front' }],
    ['cafe', { service: 'cafe' }],
    ['beef', { traceId: '000000000000beef' }],
    ['order', { near: ['ts-order-service', 'ts-order-other-service'] }],
    ['nobody', { near: [] }],
    ['tx-router', { near: [] }],
    ['ad-feed', { near: [] }],
  ])('%j', (text, match) => {
    const lookup = readLookup(text, kNow);
    if (lookup.kind !== 'word') throw new Error(lookup.kind);
    expect(matchWord(lookup, services)).toEqual(match);
  });
});
