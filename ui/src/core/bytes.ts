// SPDX-License-Identifier: Apache-2.0
// Sizes as people read them.

const kUnits = ['bytes', 'KB', 'MB', 'GB'] as const;
const kStep = 1_024;

/** `812 bytes`, `3.4 KB`, `32 MB`; steps of 1,024. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= kStep && unit < kUnits.length - 1) {
    size /= kStep;
    unit += 1;
  }
  const digits = unit === 0 || size >= 9.95 ? 0 : 1;
  return `${Number(size.toFixed(digits))} ${kUnits[unit]}`;
}
