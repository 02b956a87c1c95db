// SPDX-License-Identifier: Apache-2.0
// What a reader must know to trust the picture. Nothing here unless it is true of this trace. One
// line, so that rows keep the screen; what does not fit is one press away.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatDuration } from '../../core/duration';
import type { ClockShift } from '../../core/skew';
import { SpanText } from '../../ui/span_text';
import { textWidth } from '../../ui/text_width';
import { useWidth } from '../../ui/use_width';
import type { TraceState } from './trace_state';

const kShiftsMax = 3;
/** What a note takes beside its words: its mark, the gaps. */
const kNotePixels = 42;
const kMorePixels = 96;

interface NoteLine {
  readonly words: string;
  /** Said in full to whom the words are not enough. */
  readonly title?: string | undefined;
  readonly control?: JSX.Element | undefined;
  /** What the control takes. */
  readonly controlPixels?: number | undefined;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function Note({ words, title, control }: NoteLine): JSX.Element {
  return (
    <li class="note">
      <span class="warning-mark" aria-hidden="true">
        ▲
      </span>
      <span class="note-words" title={title ?? words}>
        <SpanText text={words} />
      </span>
      {control}
    </li>
  );
}

function orphanNote(state: TraceState): NoteLine {
  const show = () => {
    const { rows } = state.trace;
    const at = state.cursor.peek();
    const next = rows.find((row) => row.orphan && row.index > at) ?? rows.find((row) => row.orphan);
    if (next !== undefined) state.goTo(next.index);
  };
  const { orphans } = state.trace;
  return {
    words: `${plural(orphans, 'span has', 'spans have')} a parent that is missing here.`,
    title: 'The parent was not sent, not sampled, or is late.',
    control: (
      <button type="button" class="link" onClick={show}>
        Show
      </button>
    ),
    controlPixels: 40,
  };
}

function shiftWords({ service, address, aheadUs }: ClockShift): string {
  const side = aheadUs > 0 ? 'ahead' : 'behind';
  return `the clock of ${service} (${address}) is ${formatDuration(Math.abs(aheadUs))} ${side}`;
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function clockNote(state: TraceState): NoteLine {
  const { shifts } = state.trace;
  const words = shifts.slice(0, kShiftsMax).map(shiftWords).join('; ');
  const rest = shifts.length > kShiftsMax ? `; and ${shifts.length - kShiftsMax} more` : '';
  const corrected = state.corrected.value;
  const bars = corrected ? 'moved to fit' : 'as reported';
  return {
    words: `${capital(words)}${rest}.`,
    title: `Bars are ${bars}: ${shifts.map(shiftWords).join('; ')}`,
    control: (
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
    ),
    controlPixels: 140,
  };
}

function notesOf(state: TraceState): NoteLine[] {
  const { headless, extraRoots, orphans, cycles, shifts } = state.trace;
  const unknown = state.unknownSpan.value;
  const notes: NoteLine[] = [];
  if (unknown !== undefined) {
    notes.push({
      words: `The link names span ${unknown.slice(0, 40)}, which is not in this trace.`,
      title: 'It may be late, or of another trace.',
    });
  }
  if (shifts.length > 0) notes.push(clockNote(state));
  if (headless) {
    notes.push({ words: 'No span here is the root: its beginning is missing.' });
  }
  if (orphans > 0) notes.push(orphanNote(state));
  if (cycles > 0) {
    const words = `${plural(cycles, 'ring', 'rings')} of parents, cut.`;
    notes.push({ words, title: 'Spans that name each other as parent.' });
  }
  if (extraRoots > 0) {
    const says = plural(extraRoots, 'more span says', 'more spans say');
    notes.push({ words: `${says} it has no parent; shown under the earliest.` });
  }
  return notes;
}

function widthOf({ words, controlPixels = 0 }: NoteLine): number {
  return Math.ceil(textWidth(words)) + kNotePixels + controlPixels;
}

/** How many of the notes a line holds, at least one. */
function countFitting(notes: readonly NoteLine[], width: number): number {
  const total = notes.reduce((sum, note) => sum + widthOf(note), 0);
  if (total <= width) return notes.length;
  let left = width - kMorePixels;
  const end = notes.findIndex((note) => {
    left -= widthOf(note);
    return left < 0;
  });
  return Math.max(end, 1);
}

export function NotesStrip({ state }: { readonly state: TraceState }): JSX.Element | null {
  const [strip, width] = useWidth<HTMLDivElement>(1_200);
  const isOpen = useSignal(false);
  const notes = notesOf(state);
  if (notes.length === 0) return null;
  const fitting = countFitting(notes, width - 24);
  const hidden = notes.length - fitting;
  return (
    <div ref={strip} class={isOpen.value ? 'notes notes-open' : 'notes'}>
      <ul aria-label="Notes on this trace">
        {(isOpen.value ? notes : notes.slice(0, fitting)).map((note) => (
          <Note key={note.words} {...note} />
        ))}
      </ul>
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
