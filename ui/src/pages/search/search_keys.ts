// SPDX-License-Identifier: Apache-2.0
// The search page by keyboard: from the form to the list and over its rows.
import { formatQuery } from '../../core/query';
import { kSortOrders } from '../../core/summary';
import type { KeySet } from '../../ui/keys';
import { navigate } from '../../ui/router';
import type { SearchState } from './search_state';

const onRow = (focus: Element) => focus.matches('.result');
const inForm = (focus: Element) => focus.closest('.search-form') !== null;

function focusOn(selector: string): boolean {
  const field = document.querySelector<HTMLInputElement>(selector);
  field?.focus();
  field?.select();
  return field !== null;
}

/** On a small screen the form is folded away: it opens first. */
function focusForm(): boolean {
  const side = document.querySelector<HTMLDetailsElement>('.search-side');
  if (side !== null) side.open = true;
  return focusOn('#search-serviceName');
}

export function chooseOrder(state: SearchState, sort: (typeof kSortOrders)[number]): void {
  navigate(`?${formatQuery({ ...state.asked.peek(), sort })}`, 'replace');
}

function nextOrder(state: SearchState): void {
  const at = kSortOrders.indexOf(state.asked.peek().sort);
  chooseOrder(state, kSortOrders[(at + 1) % kSortOrders.length] ?? 'newest');
}

export function searchKeys(state: SearchState): KeySet {
  const first = () => state.step(Number.NEGATIVE_INFINITY);
  const last = () => state.step(Number.POSITIVE_INFINITY);
  return {
    title: 'Search',
    actions: [
      { keys: ['/'], meaning: 'To the form', run: focusForm },
      {
        keys: ['Escape'],
        meaning: 'From the form to the results',
        when: inForm,
        inFields: true,
        run: () => state.step(0),
      },
      { keys: ['j'], meaning: 'Next trace', run: () => state.step(1) },
      { keys: ['k'], meaning: 'Previous trace', run: () => state.step(-1) },
      { keys: ['ArrowDown'], meaning: 'Next trace', when: onRow, run: () => state.step(1) },
      { keys: ['ArrowUp'], meaning: 'Previous trace', when: onRow, run: () => state.step(-1) },
      { keys: ['Home'], meaning: 'First trace', when: onRow, run: first },
      { keys: ['End'], meaning: 'Last trace', when: onRow, run: last },
      // The row is a link: the browser opens it.
      { keys: ['Enter'], meaning: 'Open the trace', when: onRow, run: () => false },
      { keys: ['f'], meaning: 'Filter a long list', run: () => focusOn('.result-filter') },
      { keys: ['s'], meaning: 'Next order', run: () => nextOrder(state) },
      { keys: ['r'], meaning: 'Search again', run: () => state.run() },
    ],
  };
}
