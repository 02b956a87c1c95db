// SPDX-License-Identifier: Apache-2.0
// Which of the ten service hues a name gets. The hash makes it the same everywhere; inside one
// trace two services never share a hue while one is free. Colour is never the only sign: each
// service also has a two-letter mark.
import { compareText } from './clean';

export const kHueCount = 10;

/** FNV-1a, 32 bits, over UTF-8. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/** Hue numbers 0-9. Names are served in order, so the answer does not depend on how they came. */
export function assignHues(names: Iterable<string>): Map<string, number> {
  const hues = new Map<string, number>();
  let taken = new Set<number>();
  for (const name of [...new Set(names)].sort(compareText)) {
    if (taken.size === kHueCount) taken = new Set();
    let hue = hashOf(name) % kHueCount;
    while (taken.has(hue)) hue = (hue + 1) % kHueCount;
    taken.add(hue);
    hues.set(name, hue);
  }
  return hues;
}

/**
 * First letter, and the first after `-`, `_`, `.`, or the second: `cart-db` is `CD`, `front`
 * `FR`.
 */
export function markOf(service: string): string {
  const parts = service.split(/[-_.\s/:]+/).filter(Boolean);
  const first = [...(parts[0] ?? '?')];
  const second = parts.length > 1 ? [...(parts[1] ?? '')][0] : first[1];
  return `${first[0] ?? '?'}${second ?? ''}`.toUpperCase();
}
