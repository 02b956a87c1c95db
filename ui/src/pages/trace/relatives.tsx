// SPDX-License-Identifier: Apache-2.0
// Who called the opened span, and whom it called, as links.
import type { JSX } from 'preact';
import { formatKnownDuration } from '../../core/duration';
import { childrenOf } from '../../core/self_time';
import { durationOf, type Row } from '../../core/trace';
import { place } from '../../ui/router';
import { ServiceMark } from '../../ui/service_chip';
import { Pager } from './pager';
import { RowTitle } from './row_title';
import type { TraceState } from './trace_state';

const kChildrenShown = 10;

function spanHref(row: Row): string {
  const { path, search } = place.value;
  const params = new URLSearchParams(search);
  params.set('span', row.id);
  return `${path}?${params}`;
}

function RelativeLink({ state, row }: { readonly state: TraceState; readonly row: Row }) {
  return (
    <a
      class="relative"
      href={spanHref(row)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        state.open(row.index);
      }}
    >
      <ServiceMark service={row.service} pattern={state.patterns.get(row.service)} />
      <span class="relative-name">
        <RowTitle row={row} caller={false} />
      </span>
      {row.failed && (
        <span class="error-mark">
          ✕<span class="visually-hidden">failed</span>
        </span>
      )}
      <span class="muted">{formatKnownDuration(durationOf(row))}</span>
    </a>
  );
}

export function Relatives(props: {
  readonly state: TraceState;
  readonly row: Row;
}): JSX.Element | null {
  const { state, row } = props;
  const parent = state.row(row.parent);
  const children = childrenOf(state.trace.rows, row.index);
  if (parent === undefined && children.length === 0) return null;
  return (
    <dl class="relatives">
      {parent !== undefined && (
        <div class="line">
          <dt>{row.orphan ? 'Shown under' : 'Parent'}</dt>
          <dd>
            <RelativeLink state={state} row={parent} />
          </dd>
        </div>
      )}
      {children.length > 0 && (
        <div class="line">
          <dt>{children.length === 1 ? 'Child' : `${children.length} children`}</dt>
          <dd>
            <Pager key={row.index} items={children} what="children" size={kChildrenShown}>
              {(page) =>
                page.map((index) => {
                  const child = state.row(index);
                  return child && <RelativeLink key={index} state={state} row={child} />;
                })
              }
            </Pager>
          </dd>
        </div>
      )}
    </dl>
  );
}
