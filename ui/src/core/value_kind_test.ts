// SPDX-License-Identifier: Apache-2.0
// Goal: values are shown as what they are, and none is changed beyond its white space.
// Method: tables; every shown value is compared with the original without spaces.
import { describe, expect, it } from 'vitest';
import { readValue } from './value_kind';

const kTraceback = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: x';
const kJava = 'java.io.IOException: no\n\tat a.B.c(B.java:7)\n\t... 12 more';

describe('the kind of a value', () => {
  it.each([
    ['empty', 'a', ''],
    ['text', 'a', 'plain words'],
    ['text', 'a', '{not json}'],
    ['text', 'a', 'select a seat'],
    ['text', 'a', 'two\nlines at most'],
    ['url', 'http.url', 'https://example.org/a?b=c#d'],
    ['text', 'http.url', 'https://example.org/a b'],
    ['text', 'link', 'data:text/html,hello'],
    ['text', 'link', 'https://'],
    ['json', 'body', '{"a":[1,2]}'],
    ['json', 'body', ' [] '],
    ['text', 'body', '"text"'],
    ['sql', 'db.statement', 'SELECT 1'],
    ['sql', 'x', 'select a from b'],
    ['stack', 'error.stack', kTraceback],
    ['stack', 'exception.stacktrace', kJava],
  ])('is %s: %s=%j', (kind, key, text) => expect(readValue(key, text).kind).toBe(kind));
  it('indents JSON and rounds no number', () => {
    const text = '{"id":12345678901234567890,"e":[],"l":[1.0,{"s":"a, b: {c}\\"d"}],"n":null}';
    const { shown } = readValue('a', text);
    expect(shown).toBe(
      '{\n  "id": 12345678901234567890,\n  "e": [],\n  "l": [\n    1.0,\n    {\n' +
        '      "s": "a, b: {c}\\"d"\n    }\n  ],\n  "n": null\n}',
    );
  });
  it('breaks SQL before its clauses, not inside quotes', () => {
    const text = "SELECT a FROM b LEFT JOIN c ON x WHERE d = ' from where ' ORDER BY e LIMIT 5";
    expect(readValue('sql', text).shown).toBe(
      "SELECT a\nFROM b\nLEFT JOIN c ON x\nWHERE d = ' from where '\nORDER BY e\nLIMIT 5",
    );
  });
  it('leaves SQL that has lines alone', () => {
    expect(readValue('sql', 'SELECT a\n  FROM b WHERE c').shown).toBe('SELECT a\n  FROM b WHERE c');
  });
  it('changes nothing but white space', () => {
    for (const text of [kTraceback, '[1 , {"a" : "b c"}]', 'UPDATE a SET b = 1 WHERE c']) {
      expect(readValue('k', text).shown.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }
  });
});
