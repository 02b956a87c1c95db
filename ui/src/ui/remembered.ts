// SPDX-License-Identifier: Apache-2.0
// Choices that this browser keeps from one visit to the next: theme, zone, sizes, layouts. One key
// each: a word as it is, a number in digits. Storage may be forbidden, or hold what an older page
// or a person wrote; then the choice holds for this visit.
import { type Signal, signal } from '@preact/signals';

/** Reads what was stored; undefined for what is none of it. */
type Reader<T> = (stored: string) => T | undefined;

export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return (stored) => words.find((word) => word === stored);
}

/** Keeps what is chosen later; what was never chosen is not written. */
export function remembered<T extends string | number | undefined>(
  key: string,
  initial: T,
  read: Reader<T>,
): Signal<T> {
  const choice = signal<T>(stored(key, read) ?? initial);
  let isFirst = true;
  choice.subscribe((value) => {
    if (isFirst) isFirst = false;
    else store(key, value === initial ? undefined : value);
  });
  return choice;
}

function stored<T>(key: string, read: Reader<T>): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : read(text);
  } catch {
    return undefined;
  }
}

function store(key: string, value: string | number | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, String(value));
  } catch {
    // for this visit only
  }
}
