// SPDX-License-Identifier: Apache-2.0
// Goal: whatever the chunks, a list is read as JSON.parse reads it, and what that refuses is
// refused here.
// Method: random documents, whole and damaged, cut at random bytes; every cut of a nasty one.
import { describe, expect, it } from 'vitest';
import { ListReader } from './json_stream';
import { Random } from './testing/random';

const encoder = new TextEncoder();

function readAll(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new ListReader();
  const items: unknown[] = [];
  for (const chunk of chunks) for (const item of reader.push(chunk)) items.push(item);
  reader.end();
  return items;
}

function wholeOf(bytes: Uint8Array): unknown {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Array.isArray(value)) throw new SyntaxError('not a list');
  return value;
}

/** The value, or `refused`: the words of two parsers differ. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return 'refused';
  }
}

const kLong = 'long '.repeat(40);
const kTexts = [
  '',
  'plain',
  kLong,
  `${kLong}\\"${kLong}\\`,
  '"',
  '\\',
  '\\"',
  ']},[{',
  'é',
  '漢字',
  '🙂',
  '\u0000\n\t',
  'a\\\\',
];

function randomValue(random: Random, depth: number): unknown {
  const kind = random.below(depth > 3 ? 4 : 6);
  if (kind === 0) return random.pick([null, true, false]);
  if (kind === 1) return random.pick([0, -1.5e-7, 1e21, random.below(1_000_000)]);
  if (kind < 4) return random.pick(kTexts) + random.pick(kTexts);
  const children = Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
  if (kind === 4) return children;
  return Object.fromEntries(children.map((child, at) => [`${random.pick(kTexts)}${at}`, child]));
}

function randomChunks(random: Random, bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(random.pick([1, 3, 40]));
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** Escapes and spaces as other writers of JSON put them. */
function written(random: Random, value: unknown): string {
  const text = JSON.stringify(value, null, random.pick([0, 2]));
  return random.below(2) === 0
    ? text
    : text.replace(/[^\x20-\x7e\n]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

describe('a list read in chunks', () => {
  it('is what JSON.parse makes of the whole, in 1,000 random documents', () => {
    const random = new Random(1);
    for (let round = 0; round < 1_000; round += 1) {
      const list = Array.from({ length: random.below(5) }, () => randomValue(random, 0));
      const bytes = encoder.encode(written(random, list));
      expect(readAll(randomChunks(random, bytes))).toEqual(list);
    }
  });
  it('refuses what JSON.parse refuses and takes what it takes, in 3,000 damaged ones', () => {
    const random = new Random(2);
    let refused = 0;
    for (let round = 0; round < 3_000; round += 1) {
      const list = Array.from({ length: random.below(4) }, () => randomValue(random, 2));
      const bytes = encoder.encode(written(random, list));
      const at = random.below(bytes.length);
      const odd = random.pick([...encoder.encode('[]{}",\\: 0\n'), 0xff, 0xc3, 0xef]);
      const damaged = Uint8Array.from(
        random.pick([
          [...bytes.slice(0, at), ...bytes.slice(at + 1)],
          [...bytes.slice(0, at), odd, ...bytes.slice(at)],
          [...bytes.slice(0, at), odd, ...bytes.slice(at + 1)],
          [...bytes.slice(0, at)],
        ]),
      );
      const wanted = outcome(() => wholeOf(damaged));
      if (wanted === 'refused') refused += 1;
      expect(
        outcome(() => readAll(randomChunks(random, damaged))),
        new TextDecoder().decode(damaged),
      ).toEqual(wanted);
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(2_950);
  });
  it('may be cut anywhere', () => {
    const list = [[{ 'k"\\': '\\"]é🙂漢' }, []], 'x,]', -1, {}];
    const bytes = encoder.encode(`\ufeff ${JSON.stringify(list)}\n`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(readAll([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(list);
    }
  });
  it.each([
    ['', 'The answer is empty.'],
    ['  ', 'The answer is empty.'],
    ['{"a":1}', 'The answer is not a list.'],
    ['<html>', 'The answer is not a list.'],
    ['[[1],[2', 'The answer ends in the middle.'],
    ['[', 'The answer ends in the middle.'],
    ['[1]x', 'Something follows the list.'],
    ['[\u00a0]', 'not valid JSON'],
  ])('says what is wrong with %j', (text, words) => {
    expect(() => readAll([encoder.encode(text)])).toThrow(words);
  });
  it('crosses long strings with escapes anywhere in them', () => {
    for (let at = 55; at < 80; at += 1) {
      const list = [`${'x'.repeat(at)}"\\\n]${'y'.repeat(at)}`, 1];
      const bytes = encoder.encode(JSON.stringify(list));
      for (let cut = 50; cut < bytes.length; cut += 1) {
        expect(readAll([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(list);
      }
    }
  });
  it('gives each element as soon as its last byte is there', () => {
    const reader = new ListReader();
    const push = (text: string) => [...reader.push(encoder.encode(text))];
    expect(push('[[1],')).toEqual([[1]]);
    expect(push('[2]')).toEqual([]);
    expect(push(',[3],[4')).toEqual([[2], [3]]);
    expect(push(']]')).toEqual([[4]]);
  });
});
