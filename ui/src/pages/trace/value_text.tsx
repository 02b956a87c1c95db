// SPDX-License-Identifier: Apache-2.0
// A value that a stranger wrote, shown as what it is, long ones folded.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { readValue } from '../../core/value_kind';
import { SpanText } from '../../ui/span_text';

const kFoldAt = 400;
const kFoldLines = 12;

function sizeWords(length: number): string {
  return length < 1_000 ? `${length} characters` : `${(length / 1_000).toFixed(1)} k characters`;
}

/** The beginning of a text that is too long to show at once; the text itself where it is not. */
function folded(text: string): string {
  const lines = text.split('\n', kFoldLines + 1);
  const short = lines.length > kFoldLines ? lines.slice(0, kFoldLines).join('\n') : text;
  const most = lines.length > 1 ? kFoldAt * 3 : kFoldAt;
  return short.length > most ? short.slice(0, most) : short;
}

function Fold(props: {
  readonly text: string;
  readonly children: (shown: string) => ComponentChildren;
}): JSX.Element {
  const { text, children } = props;
  const isOpen = useSignal(false);
  const start = folded(text);
  if (start === text) return <>{children(text)}</>;
  return (
    <>
      {children(isOpen.value ? text : `${start}…`)}
      <button
        type="button"
        class="link"
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {isOpen.value ? 'Show less' : `Show all ${sizeWords(text.length)}`}
      </button>
    </>
  );
}

const kNames = { json: 'JSON', sql: 'SQL', stack: 'stack' } as const;

export function ValueText(props: { readonly name: string; readonly text: string }): JSX.Element {
  const { kind, shown } = readValue(props.name, props.text);
  if (kind === 'empty') return <span class="value value-empty">empty</span>;
  if (kind === 'url') {
    return (
      <span class="value">
        <a href={shown} target="_blank" rel="noreferrer">
          <SpanText text={shown} />
        </a>
      </span>
    );
  }
  if (kind === 'text') {
    return (
      <span class="value">
        <Fold text={shown}>{(text) => <SpanText text={text} />}</Fold>
      </span>
    );
  }
  return (
    <span class={`value value-${kind}`}>
      <span class="value-kind">{kNames[kind]}</span>
      <Fold text={shown}>
        {(text) => (
          <code>
            <SpanText text={text} />
          </code>
        )}
      </Fold>
    </span>
  );
}
