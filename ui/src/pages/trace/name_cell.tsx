// SPDX-License-Identifier: Apache-2.0
// The label of a row: how deep, which service, doing what, and what is wrong with it. The operation
// keeps its 160 pixels whatever else there is to say.
import type { JSX } from 'preact';
import { isBranch } from '../../core/outline';
import { halvesOf, type Row, type RowKind, titleOf } from '../../core/trace';
import { ServiceMark } from '../../ui/service_chip';
import { SpanText, spanPieces } from '../../ui/span_text';
import { textWidth } from '../../ui/text_width';
import { kOperationLeast, type RowIndent } from './row_indent';
import type { TraceState } from './trace_state';

const kGlyphs: Readonly<Record<RowKind, readonly [string, string]>> = {
  CLIENT: ['→', 'client'],
  SERVER: ['←', 'server'],
  JOINED: ['⇄', 'client and server'],
  PRODUCER: ['⇢', 'producer'],
  CONSUMER: ['⇠', 'consumer'],
  LOCAL: ['●', 'local'],
};

/** Below this a service's name says less than its mark does. */
const kServiceLeast = 50;

function remoteWord(kind: RowKind): string {
  return kind === 'SERVER' || kind === 'CONSUMER' || kind === 'JOINED' ? 'from' : 'to';
}

function Twisty(props: { readonly state: TraceState; readonly row: Row }): JSX.Element {
  const { state, row } = props;
  if (!isBranch(row)) return <span class="twisty" />;
  const isClosed = state.collapsed.value.has(row.index);
  return (
    // biome-ignore lint: the grid has the keys for it; the click target is for pointers
    <span
      class="twisty branch"
      onClick={(event) => {
        event.stopPropagation();
        state.toggle(row.index);
      }}
    >
      {isClosed ? '▸' : '▾'}
    </span>
  );
}

/** Everything the label says, for a title and for where the row has no room. */
export function rowWords(row: Row): string {
  const remote = row.remote === undefined ? '' : ` ${remoteWord(row.kind)} ${row.remote}`;
  return `${titleOf(row)}${remote}`;
}

function Guides({ indent, depth }: { readonly indent: RowIndent; readonly depth: number }) {
  const { width, step, numbered } = indent;
  return (
    <>
      {numbered && (
        <span class="depth-number" aria-hidden="true">
          ⋯ {depth}
        </span>
      )}
      <span
        class={step >= 14 ? 'guides' : 'guides narrow'}
        style={{ width: `${width}px`, '--step': `${step}px` }}
      />
    </>
  );
}

export function NameCell(props: {
  readonly state: TraceState;
  readonly row: Row;
  readonly indent: RowIndent;
}): JSX.Element {
  const { state, row, indent } = props;
  const [glyph, kindName] = kGlyphs[row.kind];
  const isClosed = state.collapsed.value.has(row.index);
  const parent = state.row(row.parent);
  // What a short name does not need, the service or the other side gets.
  const least = Math.min(kOperationLeast, Math.ceil(textWidth(row.name)));
  const isNews = row.service !== parent?.service || row.index === state.top.value;
  const isShown = isNews && indent.text - least >= kServiceLeast;
  return (
    <div class="wf-name" role="gridcell" title={rowWords(row)}>
      <Guides indent={indent} depth={row.depth} />
      <Twisty state={state} row={row} />
      <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} />
      <span class="kind" role="img" title={kindName} aria-label={kindName}>
        {glyph}
      </span>
      <span class="wf-text">
        <span class={isShown ? 'wf-service' : 'wf-service visually-hidden'} dir="auto">
          {spanPieces(row.service)}
        </span>
        <span class="wf-operation" dir="auto" style={{ minWidth: `${least}px` }}>
          {spanPieces(row.name)}
        </span>
        {row.remote !== undefined && row.remote !== parent?.service && (
          <span class="wf-remote">
            {remoteWord(row.kind)} <SpanText text={row.remote} />
          </span>
        )}
      </span>
      {isClosed && <span class="wf-hidden-count">+{row.size - 1}</span>}
      <RowMarks row={row} corrected={state.corrected.value} />
    </div>
  );
}

function RowMarks(props: { readonly row: Row; readonly corrected: boolean }): JSX.Element | null {
  const { row, corrected } = props;
  const isMoved = corrected && halvesOf(row).some((half) => half.skew !== 0);
  if (!(isMoved || row.orphan || row.failed || row.wavered)) return null;
  return (
    <span class="row-marks">
      {isMoved && (
        <span class="muted" title="Moved: its clock differs">
          ↔<span class="visually-hidden">clock corrected</span>
        </span>
      )}
      {row.orphan && (
        <span class="warning-mark" title="Its parent is missing">
          ▲<span class="visually-hidden">parent missing</span>
        </span>
      )}
      {(row.failed || row.wavered) && (
        <span
          class={row.failed ? 'error-mark' : 'warning-mark'}
          title={row.failed ? 'Failed' : 'Had an error'}
        >
          ✕<span class="visually-hidden">error</span>
        </span>
      )}
    </span>
  );
}
