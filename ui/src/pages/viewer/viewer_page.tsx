// SPDX-License-Identifier: Apache-2.0
// /zipkin/traceViewer: traces out of a file, shown as served ones are; nothing leaves the browser.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { formatCount, formatKnownDuration } from '../../core/duration';
import { formatMoment } from '../../core/instant';
import type { Span } from '../../core/model';
import { type Summary, summarise } from '../../core/summary';
import { wholeDuration } from '../../core/trace';
import { visibleText } from '../../core/visible';
import { Icon } from '../../ui/icons';
import { place } from '../../ui/router';
import { ServiceMark } from '../../ui/service_chip';
import { SpanText } from '../../ui/span_text';
import { TableHead } from '../../ui/table_head';
import { zone } from '../../ui/zone';
import { close, kFileBytesMax, type OpenFile, open, openFile, refusal } from './viewer_state';

function openFirst(files: FileList | null | undefined): void {
  const file = files?.[0];
  if (file !== undefined) open(file, file.name);
}

function OpenForm(): JSX.Element {
  const pasted = useSignal('');
  const show = () => open(new Blob([pasted.value]), 'Pasted text');
  return (
    <section class="viewer-form">
      <h1>Open traces from a file</h1>
      <p>
        Zipkin v2 JSON: a list of spans, a list of traces, or one of either a line; packed with gzip
        or not; up to {kFileBytesMax / 1024 / 1024} MB. It is shown here and sent nowhere.
      </p>
      {refusal.value !== '' && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="viewer-drop">
        <label class="button primary">
          Choose a file
          <input
            type="file"
            class="visually-hidden"
            accept=".json,.ndjson,.gz,.txt,application/json,application/gzip"
            onChange={(event) => {
              openFirst(event.currentTarget.files);
              event.currentTarget.value = '';
            }}
          />
        </label>
        <span class="muted">or drop it anywhere on this page</span>
      </div>
      <label class="viewer-paste">
        Or paste JSON
        <textarea
          class="field"
          rows={6}
          spellcheck={false}
          value={pasted.value}
          onInput={(event) => {
            pasted.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="button" class="button" onClick={show}>
        Show
      </button>
    </section>
  );
}

function traceAddress(traceId: string): string {
  return `traceViewer?${new URLSearchParams({ trace: traceId })}`;
}

function FileRow({ row }: { readonly row: Summary }): JSX.Element {
  const start = row.start === undefined ? 'no start' : formatMoment(row.start / 1_000, zone.value);
  return (
    <tr>
      <td>
        <a class="file-trace" href={traceAddress(row.traceId)}>
          <ServiceMark service={row.service} />
          <SpanText text={row.service} />
          <span class="muted">
            <SpanText text={row.name} />
          </span>
        </a>
        <div class="file-start muted">{start}</div>
      </td>
      <td class="roomy">{start}</td>
      <td class="number">{formatCount(row.spanCount)}</td>
      <td class="number">
        {row.failures > 0 && <span class="error-count">✕ {formatCount(row.failures)}</span>}
      </td>
      <td class="number">{formatKnownDuration(wholeDuration(row))}</td>
    </tr>
  );
}

const kRowsMax = 1_000;
const kColumns = [
  { words: 'Trace' },
  { words: 'Start', class: 'roomy' },
  { words: 'Spans', class: 'number' },
  { words: 'Errors', class: 'number' },
  { words: 'Duration', class: 'number' },
];

function TraceList({ rows }: { readonly rows: readonly Summary[] }): JSX.Element {
  return (
    <>
      <table class="table file-table">
        <TableHead columns={kColumns} />
        <tbody>
          {rows.slice(0, kRowsMax).map((row) => (
            <FileRow key={row.traceId} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > kRowsMax && (
        <p class="viewer-note">
          These are the first {formatCount(kRowsMax)} of {formatCount(rows.length)} traces.
        </p>
      )}
    </>
  );
}

function skippedWords(count: number): string {
  return count === 1
    ? '1 entry that is not a span'
    : `${formatCount(count)} entries that are not spans`;
}

function FileBar(props: { readonly file: OpenFile; readonly inTrace: boolean }): JSX.Element {
  const { file, inTrace } = props;
  const count = file.traces.length;
  const words = count === 1 ? '1 trace' : `${formatCount(count)} traces`;
  // A trace brings a heading of its own.
  const Name = inTrace ? 'b' : 'h1';
  return (
    <div class="file-bar">
      {inTrace && count > 1 && <a href="traceViewer">All {words}</a>}
      <Name class="file-name">
        <SpanText text={file.name} />
      </Name>
      <span class="muted">
        {!inTrace && `${words}, `}shown from the file, not stored
        {file.skipped > 0 && `; left out: ${skippedWords(file.skipped)}`}
      </span>
      <button type="button" class="button small" onClick={close}>
        <Icon name="close" />
        Close the file
      </button>
    </div>
  );
}

interface Shown {
  readonly rows: readonly Summary[];
  readonly spansOf: ReadonlyMap<string, readonly Span[]>;
}

function summariesOf(file: OpenFile): Shown {
  const spansOf = new Map<string, readonly Span[]>();
  const rows: Summary[] = [];
  for (const spans of file.traces) {
    const row = summarise(spans);
    if (row === undefined) continue;
    rows.push(row);
    spansOf.set(row.traceId, spans);
  }
  return { rows, spansOf };
}

type TraceView = (spans: readonly Span[]) => ComponentChildren;

function FileView(props: { readonly file: OpenFile; readonly view: TraceView }): JSX.Element {
  const { file, view } = props;
  const { rows, spansOf } = useMemo(() => summariesOf(file), [file]);
  const wanted = new URLSearchParams(place.value.search).get('trace');
  const only = rows.length === 1 ? rows[0]?.traceId : undefined;
  const spans = spansOf.get(wanted ?? only ?? '');
  return (
    <div class="viewer">
      <FileBar file={file} inTrace={spans !== undefined} />
      <div class="viewer-body">{spans === undefined ? <TraceList rows={rows} /> : view(spans)}</div>
    </div>
  );
}

/** `view` shows one trace; it is another page's, so the application passes it in. */
export function ViewerPage({ view }: { readonly view: TraceView }): JSX.Element {
  const file = openFile.value;
  useEffect(() => {
    document.title = file === undefined ? 'Open a file · clew' : `${visibleText(file.name)} · clew`;
  }, [file]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointers drop, the button is for all
    <div
      class="viewer-page"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        openFirst(event.dataTransfer?.files);
      }}
    >
      {file === undefined ? <OpenForm /> : <FileView file={file} view={view} />}
    </div>
  );
}
