// SPDX-License-Identifier: Apache-2.0
// A text field with suggestions (ARIA combobox, list autocomplete): any text is allowed, the list
// only helps. Arrow keys move, Enter takes the marked one or submits the form, Escape closes.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { SpanText } from './span_text';

const kOptionsMax = 200;

interface ComboboxProps {
  readonly id: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly placeholder?: string;
  /** What the typed text may become, where that is more than the options that contain it. */
  readonly suggest?: (text: string) => readonly string[];
  /** Whether the taken option is a beginning, so that the list stays open for the rest. */
  readonly continues?: (option: string) => boolean;
  readonly describedBy?: string;
  /** Said in the open list when there is nothing to suggest. */
  readonly emptyText?: string;
  readonly onInput: (value: string) => void;
  /** The value was chosen from the list or the field was left. */
  readonly onSettle?: () => void;
}

function matching(options: readonly string[], text: string): string[] {
  const part = text.toLowerCase();
  return options.filter((option) => option.toLowerCase().includes(part));
}

export function Combobox(props: ComboboxProps): JSX.Element {
  const open = useSignal(false);
  const typed = useSignal(false);
  const active = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const listId = useId();
  const suggested = () =>
    props.suggest?.(props.value) ?? matching(props.options, typed.value ? props.value : '');
  const found = open.value ? suggested() : [];
  const shown = found.slice(0, kOptionsMax);

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
    active.value = -1;
    if (props.continues?.(option) === true) return;
    hide();
    props.onSettle?.();
  };
  const move = (step: number) => {
    if (!open.value) show();
    const count = Math.min(suggested().length, kOptionsMax);
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
        aria-describedby={props.describedBy}
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
            <SpanText text={option} />
          </li>
        ))}
        {found.length > kOptionsMax && (
          <li role="option" class="options-more" aria-selected={false} aria-disabled="true">
            {kOptionsMax} of {found.length}: type to see others
          </li>
        )}
      </ul>
      {open.value && props.options.length === 0 && props.emptyText !== undefined && (
        <p class="options options-empty">{props.emptyText}</p>
      )}
    </div>
  );
}
