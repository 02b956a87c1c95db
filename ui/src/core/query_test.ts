// SPDX-License-Identifier: Apache-2.0
// Goal: addresses made for Zipkin ask the server the same question here.
// Method: addresses in, request parameters out; and back.
import { describe, expect, it } from 'vitest';
import { apiQuery, faultsOf, formatQuery, parseQuery, spanOfTime, widenings } from './query';

const kNow = 1_700_000_000_000;
const asked = (search: string) =>
  Object.fromEntries(new URLSearchParams(apiQuery(parseQuery(search), kNow)));

describe('reading an address', () => {
  it('falls back to the last 15 minutes and 10 traces', () => {
    expect(asked('')).toEqual({ endTs: String(kNow), lookback: '900000', limit: '10' });
  });
  it('takes the configured defaults', () => {
    const query = parseQuery('', { limit: 25, lookbackMs: 86_400_000 });
    expect(query).toMatchObject({ limit: 25, lookback: '1d' });
    expect(parseQuery('', { limit: 1, lookbackMs: 1234 })).toMatchObject({
      lookback: 'millis',
      millis: 1234,
    });
  });
  it('asks for everything Zipkin names', () => {
    const search =
      'serviceName=front&spanName=get&remoteServiceName=back&annotationQuery=error+and+a%3Db' +
      '&minDuration=250ms&maxDuration=1.5s&lookback=1h&limit=50';
    expect(asked(search)).toEqual({
      serviceName: 'front',
      spanName: 'get',
      remoteServiceName: 'back',
      annotationQuery: 'error and a=b',
      minDuration: '250000',
      maxDuration: '1500000',
      endTs: String(kNow),
      lookback: '3600000',
      limit: '50',
    });
  });
  it.each(['serviceName=all', 'serviceName=', 'spanName=all&remoteServiceName=all'])(
    'treats %s as no condition',
    (search) => expect(Object.keys(asked(search))).toEqual(['endTs', 'lookback', 'limit']),
  );
  it.each([
    ['lookback=range&startTs=1000&endTs=5000', 5000, 4000],
    ['lookback=custom&startTs=1000&endTs=5000', 5000, 4000],
    ['lookback=millis&millis=7777', kNow, 7777],
    ['lookback=millis&millis=7777&endTs=9000', 9000, 7777],
    ['lookback=60000', kNow, 60_000],
    ['lookback=5m&endTs=9000', 9000, 300_000],
    ['lookback=range&startTs=5000&endTs=1000', 1000, 900_000],
    ['lookback=nonsense&limit=-4', kNow, 900_000],
  ])('reads the window of %s', (search, endTs, lookback) => {
    expect(spanOfTime(parseQuery(search), kNow)).toEqual({ endTs, lookback });
  });
  it('asks for at least 1 µs when only the longest is given', () => {
    expect(asked('maxDuration=3ms')).toMatchObject({ minDuration: '1', maxDuration: '3000' });
  });
});

describe('writing an address', () => {
  it.each([
    'serviceName=front&lookback=15m&limit=10',
    'annotationQuery=a%3Db+and+error&minDuration=1.5s&lookback=2d&limit=100&sort=longest',
    'lookback=range&startTs=1000&endTs=5000&limit=10',
    'lookback=millis&millis=7777&limit=10',
    'lookback=15m&limit=10&theirs=1&theirs=2&q=x',
  ])('gives %s back', (search) => {
    expect(formatQuery(parseQuery(search))).toBe(search);
  });
});

describe('faults', () => {
  it.each([
    ['minDuration=fast', 'minDuration'],
    ['maxDuration=1h2', 'maxDuration'],
    ['minDuration=2s&maxDuration=1s', 'maxDuration'],
  ])('stops %s', (search, field) => {
    expect(Object.keys(faultsOf(parseQuery(search)))).toEqual([field]);
  });
  it('stops a range without ends, a backward range and a limit of nothing', () => {
    const query = parseQuery('');
    expect(faultsOf({ ...query, lookback: 'range' }).startTs).toBeDefined();
    expect(faultsOf({ ...query, lookback: 'range', startTs: 5, endTs: 4 }).startTs).toBeDefined();
    expect(faultsOf({ ...query, limit: 0 }).limit).toBeDefined();
    expect(faultsOf(query)).toEqual({});
  });
  it('names ways to find more', () => {
    expect(widenings(parseQuery('serviceName=a&annotationQuery=x'))).toEqual([
      'drop the tag filter “x”',
      'search all services, not just “a”',
      'look further back',
    ]);
  });
});
