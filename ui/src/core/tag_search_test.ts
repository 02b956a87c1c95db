// SPDX-License-Identifier: Apache-2.0
// Goal: the link of a tag asks for exactly that tag, in words Zipkin's API understands.
// Method: the address is read back by the search page's own codec.
import { describe, expect, it } from 'vitest';
import { parseQuery } from './query';
import { tagSearch } from './tag_search';

const kNow = 1_700_000_000_000;
const search = (key: string, value: string, ageMs = 60_000) => {
  const found = tagSearch({ service: 'cart', key, value }, kNow - ageMs, kNow);
  return found && { ...found, query: parseQuery(found.href.slice(1)) };
};

describe('a search by tag', () => {
  it.each([
    ['http.status_code', '503', 'http.status_code=503', true],
    ['sql', 'a=b', 'sql=a=b', true],
    ['user', 'مريم & "q"', 'user=مريم & "q"', true],
    ['empty', '', 'empty', false],
    ['note', 'this and that', 'note', false],
    ['note', ' spaced', 'note', false],
    ['body', 'x'.repeat(501), 'body', false],
  ])('of %s=%j asks %j', (key, value, asked, exact) => {
    expect(search(key, value)).toMatchObject({
      exact,
      query: { annotationQuery: asked, serviceName: 'cart' },
    });
  });
  it.each(['a=b', '', ' x', 'a and b'])('is not offered for the key %j', (key) => {
    expect(search(key, 'v')).toBeUndefined();
  });
  it.each([
    [60_000, '1h'],
    [5_000_000, '2h'],
    [80_000_000, '2d'],
  ])('of a trace %d ms old looks back %s', (age, lookback) => {
    expect(search('k', 'v', age)?.query).toMatchObject({ lookback });
  });
  it('of an old trace looks around it', () => {
    const start = kNow - 900_000_000;
    expect(search('k', 'v', 900_000_000)?.query).toMatchObject({
      lookback: 'range',
      startTs: start - 3_600_000,
      endTs: start + 3_600_000,
    });
  });
  it('of a trace without a start looks around now', () => {
    const found = tagSearch({ service: 'unknown', key: 'k', value: 'v' }, 0, kNow);
    expect(parseQuery(found?.href.slice(1) ?? '')).toMatchObject({
      lookback: '1h',
      serviceName: '',
    });
  });
});
