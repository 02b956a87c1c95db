// SPDX-License-Identifier: Apache-2.0
// /zipkin/: ask, and read what was found. While the store is empty the newcomer's page stands here.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { config } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { useKeys } from '../../ui/keys';
import { onLeave, place } from '../../ui/router';
import { ResultList } from './result_list';
import { SearchForm } from './search_form';
import { searchKeys } from './search_keys';
import { SearchState } from './search_state';

function Skeleton(): JSX.Element {
  return (
    <div class="result-bones">
      <div class="bone bone-head" />
      {Array.from({ length: 10 }, (_, at) => (
        <div key={at} class="result-bone">
          <div class="bone" />
          <div class="bone" />
          <div class="bone" />
        </div>
      ))}
    </div>
  );
}

function scrolled(): number {
  return document.querySelector('main')?.scrollTop ?? 0;
}

interface SearchPageProps {
  /** What to show while nothing was ever received; `onDone` leads back to the search. */
  readonly newcomer: (onDone: () => void) => ComponentChildren;
}

export function SearchPage({ newcomer }: SearchPageProps): JSX.Element {
  const state = useMemo(() => new SearchState(place.peek().search), []);
  const isNew = useSignal(false);
  const { path, search, key } = place.value;
  useKeys(useMemo(() => searchKeys(state), [state]));
  useEffect(() => {
    document.title = 'clew: search traces';
    return () => state.cancel();
  }, [state]);
  // Before anything is painted: a list that was kept is there at once.
  useLayoutEffect(() => {
    if (path === '' && config.value?.searchEnabled !== false) state.follow(search, key);
  }, [state, path, search, key]);
  useEffect(() => onLeave((from) => from.path === '' && state.keep(from.key, scrolled())), [state]);

  const services = state.services.state.value.value;
  const found = state.results.state.value.value;
  useEffect(() => {
    const isNothing = found?.rows.length === 0 && found.cut === undefined;
    if (services?.length === 0 && isNothing) isNew.value = true;
  }, [services, found, isNew]);

  if (config.value?.searchEnabled === false) {
    return (
      <section class="notice">
        <h1>Search is switched off</h1>
        <p>This server only shows traces by their id: use the box above.</p>
      </section>
    );
  }
  if (isNew.value) {
    const onDone = () => {
      isNew.value = false;
      state.run();
    };
    return <>{newcomer(onDone)}</>;
  }
  return (
    <div class="search-page">
      <h1 class="visually-hidden">Search traces</h1>
      <button type="button" class="skip-link" onClick={() => state.step(0)}>
        Skip to the results
      </button>
      <details class="search-side" open={globalThis.innerWidth > 720}>
        <summary>Search</summary>
        <SearchForm state={state} />
      </details>
      <div class="search-main">
        <FetchStates of={state.results} skeleton={<Skeleton />}>
          {(found) => <ResultList state={state} found={found} />}
        </FetchStates>
      </div>
    </div>
  );
}
