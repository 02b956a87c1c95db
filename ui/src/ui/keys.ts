// SPDX-License-Identifier: Apache-2.0
// One registry of keys: what the page in view can do by key, with the words for it. One listener
// presses them and the help lists them, so the help cannot differ from what the keys do.
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { oneOf, remembered } from './remembered';

export interface KeyAction {
  /** As `event.key` names them: `j`, `ArrowDown`, `/`; with `Shift+` before letters and arrows. */
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Where the focus must be; without it anywhere but in a field. */
  readonly when?: ((focus: Element) => boolean) | undefined;
  /** Also in a field, as Escape is wanted there. */
  readonly inFields?: boolean;
  /** Returns false when the key means nothing now: the browser then does what it always does. */
  readonly run: () => unknown;
}

export interface KeySet {
  /** Heads its part of the help: `Results`, `Waterfall`. */
  readonly title: string;
  readonly actions: readonly KeyAction[];
}

const kFields =
  'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';
const kPressed = 'a[href], button, summary, input, [role=button], [role=option]';
const kSigns: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  Escape: 'Esc',
  '-': '−',
};

/** Of the components on screen, the newest last: where two want a key, the newer has it. */
export const keySets = signal<readonly KeySet[]>([]);

const letters = remembered('clew.letterKeys', 'on', oneOf(['on', 'off']));

/** Whether printable characters are keys; speech input and some keyboards need them off. */
export const letterKeys = computed(() => letters.value === 'on');

export function setLetterKeys(on: boolean): void {
  letters.value = on ? 'on' : 'off';
}

/** `set` must stay the same object while nothing changed: make it in useMemo or outside. */
export function useKeys(set: KeySet | undefined): void {
  useEffect(() => {
    if (set === undefined) return;
    keySets.value = [...keySets.peek(), set];
    return () => {
      keySets.value = keySets.peek().filter((each) => each !== set);
    };
  }, [set]);
}

type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey'>;

/** The names a press may be bound under, best first; Caps Lock makes no difference. */
export function keyNames({ key, shiftKey }: Pressed): string[] {
  const isLetter = /^\p{L}$/u.test(key);
  if (isLetter) return [shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase()];
  return shiftKey ? [`Shift+${key}`, key] : [key];
}

/** `Shift+ArrowLeft` as the help prints it: `Shift ←`. */
export function keyLabel(name: string): string {
  if (name === '+') return name;
  return name
    .split('+')
    .map((part) => kSigns[part] ?? part)
    .join(' ');
}

/** What a press does with the focus where it is, the best candidate first. */
export function actionsFor(
  sets: readonly KeySet[],
  event: Pressed,
  focus: Element,
): readonly KeyAction[] {
  const actions = sets.toReversed().flatMap((set) => set.actions);
  return keyNames(event).flatMap((name) =>
    actions.filter((each) => each.keys.includes(name) && (each.when?.(focus) ?? true)),
  );
}

function onKeyDown(event: KeyboardEvent): void {
  const focus = event.target;
  if (event.defaultPrevented || event.isComposing || !(focus instanceof Element)) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector('dialog[open]') !== null) return;
  const presses = event.key === 'Enter' || event.key === ' ';
  if (presses && focus.matches(kPressed)) return;
  if (event.key.length === 1 && !letterKeys.peek()) return;
  const isTyping = focus.matches(kFields);
  const actions = actionsFor(keySets.peek(), event, focus);
  const meant = isTyping ? actions.filter((each) => each.inFields === true) : actions;
  const done = meant.some((each) => each.run() !== false);
  if (done) event.preventDefault();
}

export function startKeys(): void {
  document.addEventListener('keydown', onKeyDown);
}
