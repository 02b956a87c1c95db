// SPDX-License-Identifier: Apache-2.0
// Above the waterfall: find in the trace, open and close all, leave the zoom.
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { formatCount, formatDuration } from '../../core/duration';
import { Icon, type IconName } from '../../ui/icons';
import { useKeys } from '../../ui/keys';
import type { TraceState } from './trace_state';

function ToolButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly keyHint?: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const title = props.keyHint === undefined ? props.label : `${props.label} (${props.keyHint})`;
  return (
    <button
      type="button"
      class="icon-button"
      title={title}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

function matchWords(state: TraceState): string {
  const matches = state.matches.value;
  if (state.findText.value.trim() === '') return '';
  if (matches.length === 0) return 'no match';
  const at = matches.indexOf(state.cursor.value);
  return at < 0
    ? `${matches.length} match${matches.length === 1 ? '' : 'es'}`
    : `${at + 1} of ${matches.length}`;
}

function FindBox({ state }: { readonly state: TraceState }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useKeys(
    useMemo(() => {
      const find = () => field.current?.focus();
      return {
        title: 'Find',
        actions: [{ keys: ['/'], meaning: 'Find in this trace', run: find }],
      };
    }, []),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') state.goToMatch(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') state.findText.value = '';
    else return;
    event.preventDefault();
  };
  const none = state.matches.value.length === 0;
  return (
    <div class="find" role="search" aria-label="Find in this trace">
      <Icon name="search" />
      <input
        ref={field}
        class="field"
        type="text"
        placeholder="Find in this trace"
        aria-label="Find in this trace"
        title="Text in names, tags, annotations and ids ( / )"
        spellcheck={false}
        autocomplete="off"
        value={state.findText.value}
        onInput={(event) => {
          state.findText.value = event.currentTarget.value;
          const [first] = state.matches.peek();
          if (first !== undefined && !state.matchSet.peek().has(state.cursor.peek())) {
            state.goTo(first);
          }
        }}
        onKeyDown={onKeyDown}
      />
      <span class="find-count" role="status">
        {matchWords(state)}
      </span>
      <ToolButton
        icon="previous"
        label="Previous match"
        keyHint="Shift+N"
        disabled={none}
        onClick={() => state.goToMatch(-1)}
      />
      <ToolButton
        icon="next"
        label="Next match"
        keyHint="n"
        disabled={none}
        onClick={() => state.goToMatch(1)}
      />
    </div>
  );
}

export function Toolbar({ state }: { readonly state: TraceState }): JSX.Element {
  const { shown } = state.outline.value;
  const total = state.trace.rows.length;
  const { from, to } = state.view.value;
  return (
    <div class="toolbar">
      <FindBox state={state} />
      <ToolButton
        icon="unfold"
        label="Expand all"
        keyHint="Shift+→"
        onClick={() => state.expandAll()}
      />
      <ToolButton
        icon="fold"
        label="Collapse all"
        keyHint="Shift+←"
        onClick={() => state.collapseAll()}
      />
      <span class="toolbar-count muted">
        {shown.length === total
          ? `${formatCount(total)} rows`
          : `${formatCount(shown.length)} of ${formatCount(total)} rows`}
      </span>
      {state.isZoomed.value && (
        <span class="zoom-note">
          {formatDuration(Math.round(from))} – {formatDuration(Math.round(to))}
          <button type="button" class="button small" onClick={() => state.showAll()}>
            Whole trace
          </button>
        </span>
      )}
    </div>
  );
}
