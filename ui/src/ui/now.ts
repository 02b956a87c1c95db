// SPDX-License-Identifier: Apache-2.0
// The reader's clock, in steps: "12 s ago" must not make every row draw itself sixty times a
// second.
import { signal } from '@preact/signals';

const kStepMs = 5_000;

export const now = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, kStepMs);
}
