// SPDX-License-Identifier: Apache-2.0
// A choice among a few words that this browser remembers. Storage may be forbidden; then the choice
// holds for this visit.

export function storedChoice<T extends string>(key: string, words: readonly T[], otherwise: T): T {
  try {
    return words.find((word) => word === localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function storeChoice(key: string, word: string): void {
  try {
    localStorage.setItem(key, word);
  } catch {
    // for this visit only
  }
}
