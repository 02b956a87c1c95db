// SPDX-License-Identifier: Apache-2.0
// The head of a table that fills a page: a word for each column.
import type { JSX } from 'preact';

export interface TableColumn {
  readonly words: string;
  /** `number`: to the right; `roomy`: left out where the page is narrow. */
  readonly class?: string;
  /** Said, not shown: what is in the column speaks for itself. */
  readonly unseen?: boolean;
}

export function TableHead(props: { readonly columns: readonly TableColumn[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {props.columns.map(({ words, class: look, unseen }) => (
          <th key={words} scope="col" class={look}>
            {unseen ? <span class="visually-hidden">{words}</span> : words}
          </th>
        ))}
      </tr>
    </thead>
  );
}
