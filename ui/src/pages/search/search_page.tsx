// SPDX-License-Identifier: Apache-2.0
// /zipkin/: ask, and read what was found. While the store is empty the newcomer's page stands here.
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { config } from '../../ui/api';
import { FetchStates } from '../../ui/fetch_states';
import { place } from '../../ui/router';
import { ResultList } from './result_list';
import { SearchForm } from './search_form';
import { SearchState } from './search_state';

function Skeleton(): JSX.Element {
  return (
    <div class="results">
      {Array.from({ length: 8 }, (_, at) => (
        <div key={at} class="bone result-bone" />
      ))}
    </div>
  );
}

interface SearchPageProps {
  /** What to show while nothing was ever received; `onDone` leads back to the search. */
  readonly newcomer: (onDone: () => void) => ComponentChildren;
}

export function SearchPage({ newcomer }: SearchPageProps): JSX.Element {
  const state = useMemo(() => new SearchState(place.peek().search), []);
  const isNew = useSignal(false);
  const { path, search } = place.value;
  useEffect(() => {
    document.title = 'clew: search traces';
    return () => state.cancel();
  }, [state]);
  useEffect(() => {
    if (path === '' && config.value?.searchEnabled !== false) state.follow(search);
  }, [state, path, search]);

  const services = state.services.state.value.value;
  const found = state.results.state.value.value;
  useEffect(() => {
    if (services?.length === 0 && found?.length === 0) isNew.value = true;
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
      <details class="search-side" open={globalThis.innerWidth > 720}>
        <summary>Search</summary>
        <SearchForm state={state} />
      </details>
      <div class="search-main">
        <FetchStates of={state.results} skeleton={<Skeleton />}>
          {(rows) => <ResultList state={state} rows={rows} />}
        </FetchStates>
      </div>
    </div>
  );
}
