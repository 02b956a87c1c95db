// SPDX-License-Identifier: Apache-2.0
// The keys of the page in view, in a native dialog: the browser keeps the focus in and gives it
// back. Its lines are the registry's own.
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { Icon } from './icons';
import { type KeySet, keyLabel, keySets, letterKeys, setLetterKeys, useKeys } from './keys';

/** Keys of the same meaning share a line, also when one of them wants the focus somewhere. */
function linesOf({ actions }: KeySet): [meaning: string, keys: readonly string[]][] {
  const lines = new Map<string, readonly string[]>();
  for (const { meaning, keys } of actions) {
    lines.set(meaning, [...(lines.get(meaning) ?? []), ...keys]);
  }
  return [...lines];
}

function Keys({ set }: { readonly set: KeySet }): JSX.Element {
  return (
    <section>
      <h3>{set.title}</h3>
      <dl>
        {linesOf(set).map(([meaning, keys]) => (
          <div key={meaning}>
            <dt>
              {keys.map((name, at) => (
                <>
                  {at > 0 && ' '}
                  <kbd key={name}>{keyLabel(name)}</kbd>
                </>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeyHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const show = () => dialog.current?.showModal();
  useKeys(
    useMemo(() => {
      const open = { keys: ['?'], meaning: 'These keys', run: show };
      return { title: 'Everywhere', actions: [open] };
    }, []),
  );
  return (
    <>
      <button
        type="button"
        class="icon-button key-button"
        title="Keys (?)"
        aria-label="Keys"
        onClick={show}
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
        {keySets.value.toReversed().map((set) => (
          <Keys key={set.title} set={set} />
        ))}
        <label class="check">
          <input
            type="checkbox"
            checked={letterKeys.value}
            onChange={(event) => setLetterKeys(event.currentTarget.checked)}
          />
          Letters and signs are keys
        </label>
      </dialog>
    </>
  );
}
