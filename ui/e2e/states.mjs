// SPDX-License-Identifier: Apache-2.0
// Every state of the page, by name, and how to reach it. Whatever can be on screen joins this list:
// states_test.mjs checks each one, in both themes and two widths, and fails when an element of
// the page is in none of them; tools/pictures.mjs takes their pictures.
//   name      page and what is seen there
//   open      (page, ground) brings a fresh page into the state and waits until it is there
//   expected  console messages that belong to it
//   needs     a recording without which the state cannot be shown

import { kSearchStates } from './search_states.mjs';
import { missing as recordingMissing } from './shared_traces.mjs';
import {
  answer,
  box,
  cut,
  dependencies,
  dependenciesOf,
  drawer,
  find,
  hold,
  kAll,
  kDeepId,
  kFailed,
  kLinks,
  kNames,
  kTrace,
  kTraces,
  kTrainTicket,
  newcomer,
  odd,
  press,
  search,
  searchForm,
  trace,
} from './state_steps.mjs';
import { traceStates } from './trace_states.mjs';
import { viewerStates } from './viewer_states.mjs';

const kStates = [
  // Search.
  { name: 'search: results', open: (page, ground) => search(page, ground) },
  {
    name: 'search: more than the limit',
    open: (page, ground) => search(page, ground, '?lookback=7d&limit=5'),
  },
  {
    name: 'search: longest first',
    open: (page, ground) => search(page, ground, `${kAll}&sort=longest`),
  },
  {
    name: 'search: loading',
    open: async (page, { stage }) => {
      await hold(page, kTraces);
      await stage.visit(page, kAll);
      await page.locator('.skeleton').waitFor();
    },
  },
  {
    name: 'search: nothing found',
    open: (page, ground) => search(page, ground, '?serviceName=nobody&lookback=1m&limit=10'),
  },
  {
    name: 'search: nothing found of everything asked',
    open: (page, ground) =>
      search(
        page,
        ground,
        '?serviceName=a&spanName=b&remoteServiceName=c&annotationQuery=d' +
          '&minDuration=1s&maxDuration=2s&lookback=7d&limit=1',
      ),
  },
  {
    name: 'search: refused',
    expected: kFailed,
    open: async (page, { stage }) => {
      await answer(page, kTraces, { status: 400, body: 'the limit must be positive' });
      await stage.visit(page, kAll);
      await page.getByText('HTTP 400').waitFor();
    },
  },
  {
    name: 'search: no connection',
    expected: kFailed,
    open: async (page, { stage }) => {
      await cut(page, kTraces);
      await stage.visit(page, kAll);
      await page.getByText('No connection').waitFor();
    },
  },
  {
    name: 'search: answered by somebody else',
    open: async (page, { stage }) => {
      await answer(page, kTraces, { contentType: 'text/html', body: '<p>Please sign in</p>' });
      await stage.visit(page, kAll);
      await page.locator('.failure').waitFor();
    },
  },
  {
    name: 'search: failed, with the results of before',
    expected: kFailed,
    open: async (page, ground) => {
      await search(page, ground);
      await answer(page, kTraces, { status: 500, body: 'the store is away' });
      await page.getByRole('button', { name: 'Search again' }).click();
      await page.getByText('HTTP 500').waitFor();
    },
  },
  {
    name: 'search: faults in the form',
    open: async (page, ground) => {
      await searchForm(page, ground);
      await page.getByLabel('Min duration').fill('soon');
      await page.getByLabel('Limit').fill('0');
      await page.getByRole('button', { name: 'Find traces' }).click();
      await page.locator('.fault').first().waitFor();
    },
  },
  {
    name: 'search: suggestions',
    open: async (page, ground) => {
      await searchForm(page, ground);
      await page.getByLabel('Service', { exact: true }).fill('m');
      await page.getByRole('option').first().waitFor();
      await press(page, 'ArrowDown');
    },
  },
  {
    name: 'search: no suggestion',
    open: async (page, ground) => {
      await searchForm(page, ground);
      await page.getByLabel('Span name').click();
      await page.locator('.options-empty').waitFor();
    },
  },
  {
    name: 'search: a trace without start',
    open: async (page, ground) => {
      await answer(page, kTraces, { json: [ground.odd.noTimes.spans] });
      await search(page, ground);
    },
  },
  {
    name: 'search: a range of its own',
    open: async (page, ground) => {
      await searchForm(page, ground);
      await page.getByLabel('Time', { exact: true }).selectOption('range');
      await page.getByLabel('From', { exact: true }).waitFor();
    },
  },
  {
    name: 'search: a window that ended, of odd length',
    open: (page, ground) =>
      searchForm(page, ground, `?endTs=${Date.now()}&lookback=7200001&limit=10`),
  },
  {
    name: 'search: switched off',
    open: async (page, { stage }) => {
      await answer(page, /config\.json/, { json: { searchEnabled: false } });
      await stage.visit(page, '');
      await page.getByText('Search is switched off').waitFor();
    },
  },
  ...kSearchStates,
  // First steps.
  { name: 'first steps: waiting', open: newcomer },
  {
    name: 'first steps: no answer',
    expected: kFailed,
    open: async (page, ground) => {
      await newcomer(page, ground);
      await cut(page, kNames);
      await page.getByText('clew does not answer').waitFor();
    },
  },
  {
    name: 'first steps: span refused',
    expected: kFailed,
    open: async (page, ground) => {
      await newcomer(page, ground);
      await answer(page, /\/api\/v2\/spans$/, { status: 503, body: 'the store is full' });
      await page.getByRole('button', { name: 'Send it for me' }).click();
      await page.locator('.fault').waitFor();
    },
  },
  {
    name: 'first steps: arrived',
    open: async (page, ground) => {
      await newcomer(page, ground);
      await page.unroute(kNames);
      await page.getByRole('link', { name: 'Open the trace' }).waitFor();
    },
  },
  // One trace.
  { name: 'trace: whole', open: (page, ground) => trace(page, ground, ground.chain) },
  {
    name: 'trace: loading',
    open: async (page, { stage, chain }) => {
      await hold(page, kTrace);
      await stage.visit(page, `traces/${chain}`);
      await page.locator('.trace-skeleton').waitFor();
    },
  },
  {
    name: 'trace: not there yet',
    expected: kFailed,
    open: async (page, { stage }) => {
      await stage.visit(page, 'traces/00000000000000ff');
      await page.getByText('Looking again').waitFor();
    },
  },
  {
    name: 'trace: not there after all',
    expected: kFailed,
    open: async (page, { stage }) => {
      await page.clock.install();
      await stage.visit(page, 'traces/00000000000000ff');
      const again = page.getByRole('button', { name: 'Look again' });
      for (let n = 0; n < 100 && !(await again.isVisible()); n += 1) await page.clock.runFor(500);
      await again.waitFor();
    },
  },
  {
    name: 'trace: refused',
    expected: kFailed,
    open: async (page, { stage, chain }) => {
      await answer(page, kTrace, { status: 500, body: 'the store is away' });
      await stage.visit(page, `traces/${chain}`);
      await page.getByText('HTTP 500').waitFor();
    },
  },
  {
    name: 'trace: nothing that can be shown',
    open: async (page, { stage, chain }) => {
      await answer(page, kTrace, { json: [] });
      await stage.visit(page, `traces/${chain}`);
      await page.getByText('no span that can be shown').waitFor();
    },
  },
  {
    name: 'trace: drawer of both halves',
    open: (page, ground) => drawer(page, ground, ground.chain, 1),
  },
  {
    name: 'trace: drawer of a failure',
    open: (page, ground) => drawer(page, ground, ground.failed, 2),
  },
  {
    name: 'trace: drawer of long values',
    open: async (page, ground) => {
      await drawer(page, ground, ground.odd.longNames.id, 1);
      await page.getByRole('button', { name: /^Show all/ }).waitFor();
    },
  },
  {
    name: 'trace: drawer of a long value unfolded',
    open: async (page, ground) => {
      await drawer(page, ground, ground.odd.longNames.id, 1);
      await page.getByRole('button', { name: /^Show all/ }).click();
    },
  },
  {
    name: 'trace: drawer of many log lines',
    open: (page, ground) => drawer(page, ground, ground.odd.failures.id, 1),
  },
  {
    name: 'trace: drawer with the JSON',
    open: async (page, ground) => {
      await drawer(page, ground, ground.failed, 2);
      await page.getByText('Raw JSON').click();
    },
  },
  {
    name: 'trace: drawer of a span without times',
    open: (page, ground) => drawer(page, ground, ground.odd.noTimes.id, 1),
  },
  {
    name: 'trace: link copied',
    open: async (page, ground) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await trace(page, ground, ground.chain);
      await page.getByRole('button', { name: /link/i }).first().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
    },
  },
  { name: 'trace: found', open: (page, ground) => find(page, ground, 'done') },
  { name: 'trace: nothing found in it', open: (page, ground) => find(page, ground, 'absent') },
  {
    name: 'trace: zoomed',
    open: async (page, ground) => {
      await trace(page, ground, ground.chain);
      await page.getByRole('treegrid').focus();
      await press(page, '+', '+');
      await page.locator('.zoom-note').waitFor();
    },
  },
  {
    name: 'trace: collapsed',
    open: async (page, ground) => {
      await trace(page, ground, ground.chain);
      await page.getByRole('treegrid').focus();
      await press(page, 'Shift+ArrowLeft');
      await page.locator('.wf-hidden-count').waitFor();
    },
  },
  {
    name: 'trace: keys',
    open: async (page, ground) => {
      await trace(page, ground, ground.chain);
      await press(page, '?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  },
  { name: 'trace: clocks apart, corrected', open: odd('clocksApart') },
  {
    name: 'trace: clocks apart, raw',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.clocksApart.id);
      await page.getByRole('button', { name: 'Raw' }).click();
    },
  },
  { name: 'trace: halves of one millisecond', open: odd('sameMillisecond') },
  { name: 'trace: roots and gaps', open: odd('rootsAndGaps') },
  { name: 'trace: ring', open: odd('ring') },
  { name: 'trace: failures', open: odd('failures') },
  { name: 'trace: long names', open: odd('longNames') },
  { name: 'trace: any script', open: odd('anyScript') },
  {
    name: 'trace: any script, drawer',
    open: (page, ground) => drawer(page, ground, ground.odd.anyScript.id, 0),
  },
  { name: 'trace: children after their parent', open: odd('outlivesItsParent') },
  { name: 'trace: 200 levels', open: odd('twoHundredDeep') },
  {
    name: 'trace: 200 levels, at the bottom, drawer open',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.twoHundredDeep.id);
      await page.getByRole('treegrid').focus();
      await press(page, 'End', 'Enter');
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
    },
  },
  { name: 'trace: 500 equal leaves', open: odd('manyEqualLeaves') },
  { name: 'trace: three days', open: odd('threeDays') },
  { name: 'trace: microseconds', open: odd('microseconds') },
  { name: 'trace: 45 services', open: odd('fortyServices') },
  { name: 'trace: a start beyond dates', open: odd('beyondDates') },
  { name: 'trace: a name and a start', open: odd('nameAndStartOnly') },
  { name: 'trace: without times', open: odd('noTimes') },
  {
    name: 'trace: deep and real',
    needs: kTrainTicket,
    open: (page, ground) => trace(page, ground, kDeepId),
  },
  {
    name: 'trace: deep and real, drawer open',
    needs: kTrainTicket,
    open: (page, ground) => drawer(page, ground, kDeepId, 12),
  },
  ...traceStates,
  // Dependencies.
  { name: 'dependencies: map and table', open: dependencies },
  {
    name: 'dependencies: loading',
    open: async (page, { stage }) => {
      await hold(page, kLinks);
      await stage.visit(page, 'dependency');
      await page.locator('.map-bone').waitFor();
    },
  },
  {
    name: 'dependencies: none',
    open: async (page, ground) => {
      await dependenciesOf(page, ground, []);
      await page.getByText('No links in this time').waitFor();
    },
  },
  {
    name: 'dependencies: refused',
    expected: kFailed,
    open: async (page, { stage }) => {
      await answer(page, kLinks, { status: 500, body: 'the store is away' });
      await stage.visit(page, 'dependency');
      await page.getByText('HTTP 500').waitFor();
    },
  },
  {
    name: 'dependencies: too many for a map',
    open: async (page, ground) => {
      const links = Array.from({ length: 160 }, (_, n) => ({
        parent: `caller-${n % 12}`,
        child: `called-${n}`,
        callCount: 1 + n * 37,
        errorCount: n % 9,
      }));
      await dependenciesOf(page, ground, links);
      await page.locator('.link-table').waitFor();
    },
  },
  {
    name: 'dependencies: those of one service',
    open: async (page, ground) => {
      await dependencies(page, ground);
      await page.getByLabel('Find a service').fill('shop');
      await page.getByText(/\d+ of \d+ links/).waitFor();
    },
  },
  {
    name: 'dependencies: no such service',
    open: async (page, ground) => {
      await dependencies(page, ground);
      await page.getByLabel('Find a service').fill('nobody');
      await page.getByText('No service here').waitFor();
    },
  },
  {
    name: 'dependencies: a range that ends before it starts',
    open: async (page, ground) => {
      await dependencies(page, ground);
      await page.getByRole('button', { name: 'Range…' }).click();
      await page.locator('#link-start').fill('2999-01-01T00:00:00');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('ends before it starts').waitFor();
    },
  },
  {
    name: 'dependencies: looking for the traces of a link',
    open: async (page, ground) => {
      await dependencies(page, ground);
      await hold(page, kTraces);
      await page.locator('.link-table tbody a').last().click();
      await page.getByText('Searching from').waitFor();
    },
  },
  {
    name: 'dependencies: a link without traces',
    open: async (page, ground) => {
      await dependencies(page, ground);
      await answer(page, kTraces, { json: [] });
      await page.locator('.link-table tbody a').last().click();
      await page.getByRole('heading', { name: /^No traces of/ }).waitFor();
    },
  },
  ...viewerStates,
  // The frame around every page.
  {
    name: 'frame: times in UTC',
    open: async (page, ground) => {
      await search(page, ground);
      await page.getByRole('button', { name: /^Time zone/ }).click();
    },
  },
  {
    name: 'frame: the box refuses',
    open: async (page, ground) => {
      await search(page, ground);
      await box(page, 'a'.repeat(40));
    },
  },
  {
    name: 'frame: the box knows services that come near',
    open: async (page, ground) => {
      await search(page, ground);
      await box(page, 'shard-number');
    },
  },
  {
    name: 'frame: no such page',
    open: async (page, { stage }) => {
      await stage.visit(page, 'traces/');
      await page.getByText('There is no such page').waitFor();
    },
  },
  {
    name: 'frame: a theme chosen, dependencies switched off',
    open: async (page, ground) => {
      await answer(page, /config\.json/, { json: { dependency: { enabled: false } } });
      await search(page, ground);
      await page.getByRole('button', { name: 'Theme: system' }).click();
      await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    },
  },
];

/** The states, each with a reason in `missing` where its recording is not here. */
export const states = kStates.map((state) => ({
  ...state,
  missing: state.needs === undefined ? false : recordingMissing(state.needs),
}));
