// SPDX-License-Identifier: Apache-2.0
// The keys of the waterfall, in a native dialog: the browser keeps the focus in and gives it back.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../ui/icons';

const kKeys: readonly (readonly [string, string])[] = [
  ['↑ ↓  or  k j', 'Previous, next row'],
  ['→ ←', 'Expand or first child; collapse or parent'],
  ['Home End', 'First, last row'],
  ['Enter', 'Open or close the details'],
  ['Esc', 'Close the details'],
  ['Shift →  Shift ←', 'Expand, collapse all'],
  ['/', 'Find in this trace'],
  ['n  Shift N', 'Next, previous match'],
  ['e  Shift E', 'Next, previous error'],
  ['+ −', 'Zoom the time in, out (also Ctrl and wheel)'],
  ['a d', 'Earlier, later'],
  ['0', 'Whole trace'],
  ['w', 'Corrected or raw clocks'],
  ['?', 'These keys'],
];

export function KeyHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLInputElement;
      if (event.key === '?' && !isTyping) dialog.current?.showModal();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        class="icon-button key-button"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog ref={dialog} class="key-help" aria-labelledby="key-help-title">
        <form method="dialog">
          <h2 id="key-help-title">Keys</h2>
          <button type="submit" class="icon-button" aria-label="Close">
            <Icon name="close" />
          </button>
        </form>
        <dl>
          {kKeys.map(([keys, meaning]) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </dialog>
    </>
  );
}
