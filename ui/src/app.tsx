// SPDX-License-Identifier: Apache-2.0
// Which page an address means.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { DependencyPage } from './pages/dependencies/dependency_page';
import { Newcomer } from './pages/empty/newcomer';
import { SearchPage } from './pages/search/search_page';
import { FileTrace, TracePage } from './pages/trace/trace_page';
import { ViewerPage } from './pages/viewer/viewer_page';
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
  if (path === 'traceViewer') return <ViewerPage view={(spans) => <FileTrace spans={spans} />} />;
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

/**
 * A new page starts at its beginning, for the keyboard and for screen readers too; one that came
 * back may already have put the focus where it was.
 */
function useFocusOnNewPage(): { readonly current: HTMLElement | null } {
  const main = useRef<HTMLElement>(null);
  const { path } = place.value;
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    const isInside = main.current?.contains(document.activeElement) ?? false;
    if (!isInside) main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

export function App(): JSX.Element {
  const main = useFocusOnNewPage();
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1} ref={main}>
        {config.value !== undefined && <Page />}
      </main>
    </>
  );
}
