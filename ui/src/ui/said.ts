// SPDX-License-Identifier: Apache-2.0
// What an action without a place of its own has to say: shown for a moment, and read out.
import { signal } from '@preact/signals';

const kShownMs = 2_500;

export class Said {
  readonly words = signal('');
  private timer: ReturnType<typeof setTimeout> | undefined;

  say(words: string): void {
    this.clear();
    this.words.value = words;
    this.timer = setTimeout(() => this.clear(), kShownMs);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.words.value = '';
  }
}
