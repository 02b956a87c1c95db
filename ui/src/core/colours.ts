// SPDX-License-Identifier: Apache-2.0
// What a service looks like: a colour and a two-character mark, both from its name alone, so it
// looks the same on every page, in every trace and on every day. Two services may share a colour;
// inside one trace the later ones of them get a pattern, never another colour.
import { compareText } from './clean';

const kHueCount = 10;
const kTintCount = 2;
export const kColourCount = kHueCount * kTintCount;
/** Patterns are numbered from 1; 0 is plain. */
export const kPatternCount = 3;
const kRememberedMax = 4_096;

/** FNV-1a, 32 bits, over UTF-8. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

const remembered = new Map<string, number>();

/**
 * 0 to 19: the hue is the last digit, the tint the first. Servers fold service names to lower
 * case; a trace from a file may not be folded, and must not look different for that.
 */
export function colourOf(service: string): number {
  const known = remembered.get(service);
  if (known !== undefined) return known;
  if (remembered.size >= kRememberedMax) remembered.clear();
  const colour = hashOf(service.toLowerCase()) % kColourCount;
  remembered.set(service, colour);
  return colour;
}

/** For the services of one trace: those that need a pattern, because another has their colour. */
export function patternsOf(services: Iterable<string>): ReadonlyMap<string, number> {
  const patterns = new Map<string, number>();
  const users = new Array<number>(kColourCount).fill(0);
  for (const service of [...new Set(services)].sort(compareText)) {
    const colour = colourOf(service);
    const before = users[colour] ?? 0;
    users[colour] = before + 1;
    if (before > 0) patterns.set(service, ((before - 1) % kPatternCount) + 1);
  }
  return patterns;
}

function lettersOf(part: string): string[] {
  return [...part].map((letter) => [...letter.toUpperCase()][0] ?? letter);
}

/**
 * `service1` is `S1`, `service12` is `12` (of a longer number the last two digits), `cart-db`
 * `CD`, `front` `FR`, `a` `A`.
 */
export function markOf(service: string): string {
  const parts = service.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const first = lettersOf(parts[0] ?? '?');
  const digits = /\d+$/.exec(parts.at(-1) ?? '')?.[0].replace(/^0+(?=\d)/, '');
  if (digits !== undefined && digits.length > 1) return digits.slice(-2);
  const isNumberOnly = digits !== undefined && parts.length === 1 && /^\d+$/.test(parts[0] ?? '');
  if (isNumberOnly) return digits;
  const second = digits ?? (parts.length > 1 ? lettersOf(parts[1] ?? '')[0] : first[1]);
  return `${first[0] ?? '?'}${second ?? ''}`;
}
