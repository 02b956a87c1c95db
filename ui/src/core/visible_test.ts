// SPDX-License-Identifier: Apache-2.0
// Goal: no character of a stranger hides or turns around what stands beside it.
// Method: texts that do, and texts of many scripts that must stay as they are.
import { describe, expect, it } from 'vitest';
import { piecesOf, visibleText } from './visible';

describe('hidden characters', () => {
  it.each([
    ['abc\u202Etxt.exe\u202C', 'abc⟨U+202E⟩txt.exe⟨U+202C⟩'],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['\u0000', '⟨U+0000⟩'],
    ['\u001b[31mred', '⟨U+001B⟩[31mred'],
    ['a\u2028b', 'a⟨U+2028⟩b'],
    ['\ud800x', '⟨U+D800⟩x'],
    ['tag\u{e0041}', 'tag⟨U+E0041⟩'],
    ['\u2067rtl\u2069', '⟨U+2067⟩rtl⟨U+2069⟩'],
  ])('%j', (text, shown) => expect(visibleText(text)).toBe(shown));
  it.each([
    '',
    'get /a b',
    'two\nlines\r\n\ttab',
    'خدمة-الطلبات',
    'می\u200cخواهم',
    '👩\u200d👩\u200d👧\u200d👦 ok',
    '获取库存',
    '🦊-service',
    'é',
  ])('keeps %j', (text) => {
    expect(visibleText(text)).toBe(text);
    expect(piecesOf(text).every((each) => each.control === undefined)).toBe(true);
  });
  it('says what each one is', () => {
    expect(piecesOf('x\u202e')).toEqual([
      { text: 'x' },
      { text: 'U+202E', control: 'right-to-left override' },
    ]);
    expect(piecesOf('\u0001')[0]?.control).toBe('control character');
  });
});
