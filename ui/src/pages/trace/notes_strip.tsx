// SPDX-License-Identifier: Apache-2.0
// What a reader must know to trust the picture. Nothing here unless it is true of this trace. One
// line, so that rows keep the screen; what does not fit is one press away.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { formatDuration } from '../../core/duration';
import type { ClockShift } from '../../core/skew';
import { useWidth } from '../../ui/use_width';
import type { TraceState } from './trace_state';

const kShiftsMax = 3;
/** Most notes are shorter than this. */
const kNotePixels = 520;

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function Note({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <li class="note">
      <span class="warning-mark" aria-hidden="true">
        ▲
      </span>
      {children}
    </li>
  );
}

function OrphanNote({ state }: { readonly state: TraceState }): JSX.Element {
  const { orphans } = state.trace;
  const show = () => {
    const { rows } = state.trace;
    const at = state.cursor.peek();
    const next = rows.find((row) => row.orphan && row.index > at) ?? rows.find((row) => row.orphan);
    if (next !== undefined) state.goTo(next.index);
  };
  return (
    <Note>
      <span>
        {plural(orphans, 'span has', 'spans have')} a parent that is missing here: not sent, not
        sampled, or late.
      </span>
      <button type="button" class="link" onClick={show}>
        Show
      </button>
    </Note>
  );
}

function shiftWords({ service, address, aheadUs }: ClockShift): string {
  const side = aheadUs > 0 ? 'ahead' : 'behind';
  return `the clock of ${service} (${address}) is ${formatDuration(Math.abs(aheadUs))} ${side}`;
}

function ClockNote({ state }: { readonly state: TraceState }): JSX.Element {
  const { shifts } = state.trace;
  const words = shifts.slice(0, kShiftsMax).map(shiftWords).join('; ');
  const rest = shifts.length > kShiftsMax ? `; and ${shifts.length - kShiftsMax} more` : '';
  const corrected = state.corrected.value;
  return (
    <Note>
      <span class="note-text" title={shifts.map(shiftWords).join('; ')}>
        Clocks differ: {words}
        {rest}. Bars are {corrected ? 'moved to fit' : 'shown as reported'}.
      </span>
      <fieldset class="segments small">
        <legend class="visually-hidden">Clocks</legend>
        {[true, false].map((choice) => (
          <button
            key={String(choice)}
            type="button"
            aria-pressed={corrected === choice}
            title={`${choice ? 'Corrected' : 'Raw'} clocks (w)`}
            onClick={() => corrected !== choice && state.switchClock()}
          >
            {choice ? 'Corrected' : 'Raw'}
          </button>
        ))}
      </fieldset>
    </Note>
  );
}

function UnknownSpanNote({ state }: { readonly state: TraceState }): JSX.Element {
  return (
    <Note>
      <span>
        The link names span <code>{state.unknownSpan.value}</code>, which is not in this trace: it
        may be late, or of another trace.
      </span>
    </Note>
  );
}

function notesOf(state: TraceState): JSX.Element[] {
  const { headless, extraRoots, orphans, cycles, shifts } = state.trace;
  const notes: JSX.Element[] = [];
  if (state.unknownSpan.value !== undefined) notes.push(<UnknownSpanNote key="u" state={state} />);
  if (shifts.length > 0) notes.push(<ClockNote key="c" state={state} />);
  if (headless) {
    notes.push(
      <Note key="h">
        <span>No span here is the root: the beginning of this trace is missing.</span>
      </Note>,
    );
  }
  if (orphans > 0) notes.push(<OrphanNote key="o" state={state} />);
  if (extraRoots > 0) {
    notes.push(
      <Note key="e">
        <span>
          {plural(extraRoots, 'more span says', 'more spans say')} it has no parent; shown under the
          earliest.
        </span>
      </Note>,
    );
  }
  if (cycles > 0) {
    notes.push(
      <Note key="r">
        <span>{plural(cycles, 'ring', 'rings')} of spans that name each other as parent, cut.</span>
      </Note>,
    );
  }
  return notes;
}

export function NotesStrip({ state }: { readonly state: TraceState }): JSX.Element | null {
  const [strip, width] = useWidth<HTMLDivElement>(1_200);
  const isOpen = useSignal(false);
  const notes = notesOf(state);
  if (notes.length === 0) return null;
  const fit = Math.max(Math.floor((width - 90) / kNotePixels), 1);
  const hidden = notes.length - fit;
  return (
    <div ref={strip} class={isOpen.value ? 'notes notes-open' : 'notes'}>
      <ul aria-label="Notes on this trace">{isOpen.value ? notes : notes.slice(0, fit)}</ul>
      {hidden > 0 && (
        <button
          type="button"
          class="link notes-more"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {isOpen.value ? 'Fewer' : `${hidden} more ${hidden === 1 ? 'note' : 'notes'}`}
        </button>
      )}
    </div>
  );
}
