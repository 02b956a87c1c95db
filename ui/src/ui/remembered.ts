// SPDX-License-Identifier: Apache-2.0
// Choices that a browser keeps from one visit to the next: sizes, layouts. One key each, as JSON.
import { effect, type Signal, signal } from '@preact/signals';

function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null; // storage may be forbidden or hold what we did not write
  }
}

/** `isValid` looks at what was stored: by an older page, or by hand. */
export function remembered<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => boolean,
): Signal<T> {
  const found = stored(key);
  const choice = signal<T>(isValid(found) ? (found as T) : initial);
  effect(() => {
    const { value } = choice;
    try {
      if (value === initial) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // chosen for this visit only
    }
  });
  return choice;
}
