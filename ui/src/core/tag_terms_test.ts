// SPDX-License-Identifier: Apache-2.0
// Goal: a tag query is read, completed and changed term by term, and what a person typed stays.
// Method: tables.
import { describe, expect, it } from 'vitest';
import { completions, hasTerm, openTerm, termsOf, withTerm } from './tag_terms';

describe('tag terms', () => {
  it.each([
    ['', []],
    ['error', ['error']],
    [' error  and a=b and ', ['error', 'a=b']],
    ['brand=x', ['brand=x']],
    ['a=this and that', ['a=this', 'that']],
  ])('reads %j', (query, terms) => expect(termsOf(query)).toEqual(terms));
  it.each([
    ['', true, 'error'],
    ['a=b', true, 'a=b and error'],
    ['error and a=b', true, 'a=b and error'],
    ['error and a=b', false, 'a=b'],
    ['a=b and error and c', false, 'a=b and c'],
    ['errors', false, 'errors'],
  ])('%j with the term error: %j is %j', (query, wanted, result) => {
    expect(withTerm(query, 'error', wanted)).toBe(result);
    expect(hasTerm(result, 'error')).toBe(wanted);
  });
  it.each([
    ['', { before: '', key: '', value: undefined }],
    ['htt', { before: '', key: 'htt', value: undefined }],
    ['error and http.method=G', { before: 'error and ', key: 'http.method', value: 'G' }],
    ['a=b=c', { before: '', key: 'a', value: 'b=c' }],
    ['a and ', { before: 'a and ', key: '', value: undefined }],
  ])('sees what is being typed in %j', (query, open) => expect(openTerm(query)).toEqual(open));
  it('completes keys, then values', () => {
    const keys = ['http.method', 'http.path', 'region'];
    expect(completions('error and HTTP', keys, [])).toEqual([
      'error and http.method=',
      'error and http.path=',
    ]);
    expect(completions('x and region=eu', keys, ['eu-1', 'us-1', 'eu-2'])).toEqual([
      'x and region=eu-1',
      'x and region=eu-2',
    ]);
    expect(completions('nothing', keys, [])).toEqual([]);
  });
});
