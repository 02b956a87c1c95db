// SPDX-License-Identifier: Apache-2.0
// The tags of one reported span; from each, the search for traces that have it too.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { compareText } from '../../core/clean';
import { tagSearch } from '../../core/tag_search';
import type { Half } from '../../core/trace';
import { hasHidden } from '../../core/visible';
import { CopyButton } from '../../ui/copy_button';
import { Icon } from '../../ui/icons';
import { SpanText } from '../../ui/span_text';
import { Pager } from './pager';
import type { TraceState } from './trace_state';
import { ValueText } from './value_text';

/** From this many tags on there is a box to filter them. */
const kFilterFrom = 16;

/** What went wrong first, then by name. */
function compareKeys(a: string, b: string): number {
  return Number(b === 'error') - Number(a === 'error') || compareText(a, b);
}

/** Keys may be broken where their words end. */
function breakable(key: string): ComponentChildren {
  if (hasHidden(key)) return <SpanText text={key} />;
  const parts = key.split(/(?<=[._\-/:])/);
  return (
    <bdi>
      {parts.map((part, at) => (
        <>
          {at > 0 && <wbr />}
          {part}
        </>
      ))}
    </bdi>
  );
}

function SearchLink(props: {
  readonly state: TraceState;
  readonly half: Half;
  readonly name: string;
  readonly value: string;
}): JSX.Element | null {
  const { state, half, name, value } = props;
  const service = half.span.localEndpoint?.serviceName ?? '';
  const startMs = state.extent.value.start / 1_000;
  const search = tagSearch({ service, key: name, value }, startMs, Date.now());
  if (search === undefined) return null;
  const words = search.exact ? `Search traces with this ${name}` : `Search traces with any ${name}`;
  return (
    <a class="icon-button" href={search.href} title={words} aria-label={words}>
      <Icon name="search" />
    </a>
  );
}

function Tag(props: {
  readonly state: TraceState;
  readonly half: Half;
  readonly name: string;
  readonly value: string;
}): JSX.Element {
  const { name, value } = props;
  return (
    <div class={name === 'error' ? 'tag tag-error' : 'tag'}>
      <dt>{breakable(name)}</dt>
      <dd>
        <ValueText name={name} text={value} />
        <span class="tag-actions">
          <SearchLink {...props} />
          <CopyButton text={value} what={`value of ${name}`} />
        </span>
      </dd>
    </div>
  );
}

export function Tags(props: {
  readonly half: Half;
  readonly state: TraceState;
}): JSX.Element | null {
  const { half, state } = props;
  const wanted = useSignal('');
  const tags = half.span.tags ?? {};
  const all = Object.keys(tags).sort(compareKeys);
  if (all.length === 0) return null;
  const text = wanted.value.trim().toLowerCase();
  const keys = all.filter((key) => `${key}=${tags[key]}`.toLowerCase().includes(text));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (wanted.value === '') state.close();
    wanted.value = '';
  };
  return (
    <>
      <h4 class="part">Tags</h4>
      {all.length >= kFilterFrom && (
        <input
          class="field tag-filter"
          type="text"
          placeholder={`Filter ${all.length} tags`}
          aria-label="Filter tags"
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
          onKeyDown={onKeyDown}
        />
      )}
      <Pager items={keys} what="tags">
        {(page) => (
          <dl class="tags">
            {page.map((key) => (
              <Tag key={key} state={state} half={half} name={key} value={tags[key] ?? ''} />
            ))}
          </dl>
        )}
      </Pager>
      {keys.length === 0 && <p class="muted">No tag has “{wanted.value}” in it.</p>}
    </>
  );
}
