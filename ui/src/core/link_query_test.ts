// SPDX-License-Identifier: Apache-2.0
// Goal: the address of the dependency page means one window, and comes back as it went.
// Method: addresses as Zipkin, its older page and this page write them.
import { describe, expect, it } from 'vitest';
import { edgeSearches, formatLinkQuery, parseLinkQuery, rangeAt } from './link_query';

const kNow = 1_796_000_000_000;
const kDay = 86_400_000;
const windowOf = (search: string) => rangeAt(parseLinkQuery(search), kNow);

describe('the window of the links', () => {
  it.each([
    ['', kNow - kDay, kNow],
    ['?lookback=1h', kNow - 3_600_000, kNow],
    ['?lookback=soon', kNow - kDay, kNow],
    ['?startTime=1000&endTime=5000', 1_000, 5_000],
    ['?startTs=1000&endTs=5000', 1_000, 5_000],
    ['?startTime=1000&endTime=5000&lookback=1h', 1_000, 5_000],
    ['?startTime=5000', 5_000, kNow],
    [`?endTime=${kNow - 5}`, kNow - 5 - kDay, kNow - 5],
    [`?startTime=${kNow}&endTime=${kNow}`, kNow - kDay, kNow],
    ['?startTime=x&endTime=-3', kNow - kDay, kNow],
    ['?endTime=1e3', 1_000 - kDay, 1_000],
  ])('of %j', (search, start, end) => expect(windowOf(search)).toEqual({ start, end }));
  it.each([
    'lookback=6h',
    'startTime=1000&endTime=5000',
    'lookback=1d&find=ts-%C3%A9',
    'startTime=1000&endTime=5000&parent=a+b&child=c%26d',
  ])('comes back: %s', (text) => expect(formatLinkQuery(parseLinkQuery(text))).toBe(text));
  it('needs both ends of a link', () => {
    expect(parseLinkQuery('?parent=a').edge).toBeUndefined();
    expect(parseLinkQuery('?parent=a&child=').edge).toBeUndefined();
    expect(parseLinkQuery('?parent=a&child=b').edge).toEqual({ parent: 'a', child: 'b' });
  });
});

describe('the searches for the traces of a link', () => {
  it('go from the most exact to the last resort', () => {
    const asked = edgeSearches('a', 'b').map(({ serviceName, remoteServiceName }) => {
      return [serviceName, remoteServiceName];
    });
    expect(asked).toEqual([
      ['a', 'b'],
      ['b', 'a'],
      ['b', undefined],
      ['a', undefined],
    ]);
  });
});
