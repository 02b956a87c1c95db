// SPDX-License-Identifier: Apache-2.0
// A text field with suggestions (ARIA combobox, list autocomplete): any text is allowed, the list
// only helps. Arrow keys move, Enter takes the marked one or submits the form, Escape closes.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';

const kOptionsMax = 200;

interface ComboboxProps {
  readonly id: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly placeholder?: string;
  /** Said in the open list when there is nothing to suggest. */
  readonly emptyText?: string;
  readonly onInput: (value: string) => void;
  /** The value was chosen from the list or the field was left. */
  readonly onSettle?: () => void;
}

function matching(options: readonly string[], text: string): string[] {
  const part = text.toLowerCase();
  const found = options.filter((option) => option.toLowerCase().includes(part));
  return found.slice(0, kOptionsMax);
}

export function Combobox(props: ComboboxProps): JSX.Element {
  const open = useSignal(false);
  const typed = useSignal(false);
  const active = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const listId = useId();
  const shown = open.value ? matching(props.options, typed.value ? props.value : '') : [];

  const show = () => {
    open.value = true;
    typed.value = false;
    active.value = -1;
  };
  const hide = () => {
    open.value = false;
    active.value = -1;
  };
  const take = (option: string) => {
    props.onInput(option);
    hide();
    props.onSettle?.();
  };
  const move = (step: number) => {
    if (!open.value) show();
    const count = matching(props.options, typed.value ? props.value : '').length;
    if (count === 0) return;
    active.value = (active.value + step + count + (active.value < 0 && step < 0 ? 1 : 0)) % count;
    queueMicrotask(() => {
      list.current?.children[active.value]?.scrollIntoView({ block: 'nearest' });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const option = shown[active.value];
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape' && open.value) hide();
    else if (event.key === 'Enter' && option !== undefined) take(option);
    else return;
    event.preventDefault();
  };

  return (
    <div class="combobox">
      <input
        id={props.id}
        class="field"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-expanded={open.value && shown.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={active.value >= 0 ? `${listId}-${active.value}` : undefined}
        placeholder={props.placeholder}
        value={props.value}
        onInput={(event) => {
          props.onInput(event.currentTarget.value);
          open.value = true;
          typed.value = true;
          active.value = -1;
        }}
        onClick={show}
        onKeyDown={onKeyDown}
        onBlur={() => {
          hide();
          props.onSettle?.();
        }}
      />
      <ul id={listId} class="options" role="listbox" hidden={shown.length === 0} ref={list}>
        {shown.map((option, at) => (
          <li
            key={option}
            id={`${listId}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active.value}
            onMouseDown={(event) => {
              event.preventDefault();
              take(option);
            }}
          >
            {option}
          </li>
        ))}
      </ul>
      {open.value && props.options.length === 0 && props.emptyText !== undefined && (
        <p class="options options-empty">{props.emptyText}</p>
      )}
    </div>
  );
}
