// SPDX-License-Identifier: Apache-2.0
// Goal: a service looks the same wherever it is shown, whatever stands beside it.
// Method: golden values of the hash, tables of marks, and services that collide.
import { describe, expect, it } from 'vitest';
import { colourOf, hashOf, kColourCount, kPatternCount, markOf, patternsOf } from './colours';

const many = Array.from({ length: 400 }, (_, n) => `service-${n}`);

describe('service colours', () => {
  it('hashes as FNV-1a does', () => {
    expect(hashOf('')).toBe(0x811c9dc5);
    expect(hashOf('a')).toBe(0xe40c292c);
    expect(hashOf('foobar')).toBe(0xbf9cf968);
  });
  it('takes the colour from the name alone: hue of ten, tint of two', () => {
    for (const name of many) {
      const colour = colourOf(name);
      expect(colour % 10).toBe(hashOf(name) % 10);
      expect(colour).toBeLessThan(kColourCount);
    }
    const before = many.map(colourOf);
    for (let n = 0; n < 10_000; n += 1) colourOf(`other-${n}`);
    expect(many.map(colourOf)).toEqual(before);
  });
  it('uses every colour', () => {
    expect(new Set(many.map(colourOf)).size).toBe(kColourCount);
  });
  it('does not change with the case, which servers fold', () => {
    expect(colourOf('Cart-DB')).toBe(colourOf('cart-db'));
  });
});

describe('patterns of one trace', () => {
  const alike = many.filter((name) => colourOf(name) === colourOf('service-0')).sort();
  it('leaves the first of a colour plain and marks the others, in any order', () => {
    const [a = '', b = '', c = '', d = '', e = ''] = alike;
    const patterns = patternsOf([d, b, a, c, e, a]);
    expect([a, b, c, d, e].map((name) => patterns.get(name))).toEqual([undefined, 1, 2, 3, 1]);
    expect(patternsOf([e, a, c, b, d])).toEqual(patterns);
    expect(Math.max(...patternsOf(many).values())).toBe(kPatternCount);
  });
  it('needs none where no colour is shared', () => {
    expect(patternsOf(['front', 'front']).size).toBe(0);
    expect(patternsOf([]).size).toBe(0);
  });
});

describe('marks', () => {
  it.each([
    ['front', 'FR'],
    ['cart-db', 'CD'],
    ['user_service', 'US'],
    ['service1', 'S1'],
    ['svc0', 'S0'],
    ['svc13', '13'],
    ['service12', '12'],
    ['node-107', '07'],
    ['worker01', 'W1'],
    ['reviews-v3', 'R3'],
    ['ts-order-service', 'TO'],
    ['s3', 'S3'],
    ['7', '7'],
    ['2024', '24'],
    ['10.0.0.7', '17'],
    ['h2c', 'H2'],
    ['a', 'A'],
    ['', '?'],
    ['---', '?'],
    ['émile.x', 'ÉX'],
    ['ßtraße', 'ST'],
    ['\u202etxt', 'TX'],
    ['خدمة', 'خد'],
    ['𝔞𝔟', '𝔞𝔟'],
  ])('marks %s as %s', (name, mark) => expect(markOf(name)).toBe(mark));
  it('is at most two characters', () => {
    for (const name of many) expect([...markOf(name)].length).toBeLessThanOrEqual(2);
  });
});
