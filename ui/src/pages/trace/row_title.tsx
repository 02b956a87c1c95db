// SPDX-License-Identifier: Apache-2.0
// `caller → service: operation` in headings and links. Each part keeps its own direction.
import type { JSX } from 'preact';
import type { Row } from '../../core/trace';
import { SpanText } from '../../ui/span_text';

export function RowTitle(props: { readonly row: Row; readonly caller?: boolean }): JSX.Element {
  const { row, caller = true } = props;
  return (
    <>
      {caller && row.kind === 'JOINED' && row.remote !== undefined && (
        <>
          <SpanText text={row.remote} /> →{' '}
        </>
      )}
      <SpanText text={row.service} />
      {row.name !== '' && (
        <>
          {': '}
          <span class="trace-operation">
            <SpanText text={row.name} />
          </span>
        </>
      )}
    </>
  );
}
