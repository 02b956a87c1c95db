// SPDX-License-Identifier: Apache-2.0
// The one line above the rows: find in the trace, its services, how much of it is shown.
import type { ComponentChildren, JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { formatDuration } from '../../core/duration';
import { rowCount } from '../../core/outline';
import { Icon, type IconName } from '../../ui/icons';
import { useKeys } from '../../ui/keys';
import { ServiceFilters } from './service_filters';
import { canBeBeside, isStacked } from './trace_layout';
import type { Tab, TraceState } from './trace_state';

function ToolButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly keyHint?: string;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const title = props.keyHint === undefined ? props.label : `${props.label} (${props.keyHint})`;
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
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
      const toField = () => field.current?.focus();
      return {
        title: 'Find',
        actions: [{ keys: ['/'], meaning: 'Find in this trace', run: toField }],
      };
    }, []),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') state.goToMatch(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      state.findText.value = '';
      state.focusRows();
    } else return;
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
        title="Text in names, tags, annotations and ids, or service:name ( / )"
        spellcheck={false}
        autocomplete="off"
        value={state.findText.value}
        onInput={(event) => state.find(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span class="find-count" role="status">
        {matchWords(state)}
      </span>
      <ToolButton
        icon="previous"
        label="Previous match"
        keyHint="Shift+N"
        class="find-step"
        disabled={none}
        onClick={() => state.goToMatch(-1)}
      />
      <ToolButton
        icon="next"
        label="Next match"
        keyHint="n"
        class="find-step"
        disabled={none}
        onClick={() => state.goToMatch(1)}
      />
    </div>
  );
}

function Switch(props: {
  readonly pressed: boolean;
  readonly title: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <button
      type="button"
      aria-pressed={props.pressed}
      title={props.title}
      onClick={() => !props.pressed && props.onClick()}
    >
      {props.children}
    </button>
  );
}

function Tabs({ state }: { readonly state: TraceState }): JSX.Element {
  const tabs: readonly (readonly [Tab, string, string])[] = [
    ['waterfall', 'Waterfall', 'Spans over time (1)'],
    ['spans', 'Table', 'Spans as a table to sort (2)'],
  ];
  return (
    <fieldset class="segments small tabs">
      <legend class="visually-hidden">View</legend>
      {tabs.map(([tab, words, title]) => (
        <Switch
          key={tab}
          pressed={state.tab.value === tab}
          title={title}
          onClick={() => state.showTab(tab)}
        >
          {words}
        </Switch>
      ))}
    </fieldset>
  );
}

function RowLayoutButton(props: {
  readonly state: TraceState;
  readonly width: number;
}): JSX.Element {
  const { state, width } = props;
  const stacked = isStacked(width);
  return (
    <ToolButton
      icon={stacked ? 'columns' : 'stacked'}
      label={stacked ? 'Labels beside their bars' : 'Labels above their bars'}
      keyHint="l"
      class="rows-button"
      onClick={() => state.switchRows()}
    />
  );
}

function ZoomNote({ state }: { readonly state: TraceState }): JSX.Element {
  const { from, to } = state.view.value;
  return (
    <span class="zoom-note">
      {formatDuration(Math.round(from))} – {formatDuration(Math.round(to))}
      <button type="button" class="button small" onClick={() => state.showAll()}>
        Whole trace
      </button>
    </span>
  );
}

export function Toolbar(props: {
  readonly state: TraceState;
  readonly width: number;
}): JSX.Element {
  const { state, width } = props;
  const { shown } = state.outline.value;
  const isWaterfall = state.tab.value === 'waterfall';
  return (
    <div class="toolbar">
      <FindBox state={state} />
      <ServiceFilters state={state} />
      {isWaterfall && state.isZoomed.value && <ZoomNote state={state} />}
      <span class="toolbar-count muted">{rowCount(shown.length, state.trace.rows.length)}</span>
      {isWaterfall && (
        <>
          <ToolButton
            icon="unfold"
            label="Expand all"
            keyHint="Shift+→"
            class="fold-button"
            onClick={() => state.expandAll()}
          />
          <ToolButton
            icon="fold"
            label="Collapse all"
            keyHint="Shift+←"
            class="fold-button"
            onClick={() => state.collapseAll()}
          />
          {canBeBeside(width) && <RowLayoutButton state={state} width={width} />}
        </>
      )}
      <Tabs state={state} />
    </div>
  );
}
