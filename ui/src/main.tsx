// SPDX-License-Identifier: Apache-2.0
import './ui/styles/styles.css';
import './pages/empty/empty.css';
import './pages/search/result_notes.css';
import './pages/search/results.css';
import './pages/search/search.css';
import './pages/trace/trace.css';
import './pages/trace/drawer.css';
import './pages/trace/minimap.css';
import './pages/trace/notes.css';
import './pages/trace/span_table.css';
import './pages/trace/toolbar.css';
import './pages/trace/waterfall.css';
import './pages/trace/waterfall_row.css';
import './pages/dependencies/dependencies.css';
import './pages/viewer/viewer.css';
import { render } from 'preact';
import { App } from './app';
import { loadConfig } from './ui/api';
import { startKeys } from './ui/keys';
import { startClock } from './ui/now';
import { startRouter } from './ui/router';

startRouter();
startClock();
startKeys();
loadConfig();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
