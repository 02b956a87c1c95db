// SPDX-License-Identifier: Apache-2.0
// Which page an address means.
import type { JSX } from 'preact';
import { DependencyPage } from './pages/dependencies/dependency_page';
import { Newcomer } from './pages/empty/newcomer';
import { SearchPage } from './pages/search/search_page';
import { TracePage } from './pages/trace/trace_page';
import { config } from './ui/api';
import { place } from './ui/router';
import { TopBar } from './ui/top_bar';

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Page(): JSX.Element {
  const { path } = place.value;
  const traceId = /^traces\/([^/]+)\/?$/.exec(path)?.[1];
  if (traceId !== undefined) return <TracePage key={traceId} traceId={decoded(traceId)} />;
  if (path === 'dependency') return <DependencyPage />;
  if (path === '') return <SearchPage newcomer={(onDone) => <Newcomer onDone={onDone} />} />;
  return (
    <section class="notice">
      <h1>There is no such page</h1>
      <p>
        <a href=".">Search traces</a>
      </p>
    </section>
  );
}

export function App(): JSX.Element {
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1}>
        {config.value !== undefined && <Page />}
      </main>
    </>
  );
}
