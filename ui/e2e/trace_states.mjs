// SPDX-License-Identifier: Apache-2.0
// States of the trace page that a person brings about: tabs, subtrees, layouts, docks, a trace that
// grows, links of the configuration, values of every kind. They join the list in states.mjs.
import { callChain } from './sample_spans.mjs';
import { answer, drawer, kFailed, kTrace, press, trace } from './state_steps.mjs';

const kFrame = '  File "a.py", line 7';
const kValues = {
  body: '{"cart":{"items":[1,2,3],"note":"a, b"},"total":12.50}',
  'db.statement': "SELECT a FROM b LEFT JOIN c ON b.id = c.id WHERE d = 'from' ORDER BY e",
  empty: '',
  error: 'refused',
  'exception.stacktrace': ['Traceback (most recent call last):', ...Array(20).fill(kFrame)].join(
    '\n',
  ),
  'http.url': 'https://shop.example/cart?id=7',
};

/** One span with these tags and log lines, answered in place of whatever trace is asked for. */
async function oneSpan(page, { stage }, tags, lines = 0) {
  const timestamp = 1_700_000_000_000_000;
  const annotations = Array.from({ length: lines }, (_, n) => ({
    timestamp: timestamp + n * 100,
    value: `line ${n}`,
  }));
  const localEndpoint = { serviceName: 'front' };
  const span = { traceId: 'a', id: 'b', name: 'get /', timestamp, duration: 90_000 };
  await answer(page, kTrace, { json: [{ ...span, localEndpoint, tags, annotations }] });
  await stage.visit(page, 'traces/a?span=b');
  await page.getByRole('complementary', { name: 'Span details' }).waitFor();
}

const manyTags = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`tag.${n}`, `${n}`]));

/** A trace that is young by the page's own clock, which stands still until it is run. */
async function youngTrace(page, { stage }, later) {
  await page.clock.install();
  const spans = callChain(['front', 'middle', 'back'], Date.now() * 1_000 - 200_000, 90_000, '200');
  await answer(page, kTrace, { json: spans.slice(0, 3) });
  await stage.visit(page, 'traces/a');
  await page.locator('.wf-row').first().waitFor();
  await page.unroute(kTrace);
  await answer(page, kTrace, later ?? { json: spans });
}

async function configured(page, ground) {
  const to = 'api/v2/archive-of-test';
  const config = {
    logsUrl: 'https://logs.example/{traceId}/{spanId}',
    supportUrl: 'https://help.example/',
    archivePostUrl: to,
    archiveUrl: 'https://archive.example/{traceId}',
  };
  await answer(page, /config\.json/, { json: config });
  await trace(page, ground, ground.chain);
}

async function archived(page, ground, status) {
  await configured(page, ground);
  await answer(page, /archive-of-test/, { status });
  await page.getByRole('button', { name: 'Archive' }).click();
}

export const traceStates = [
  {
    name: 'trace: table',
    open: async (page, { stage, failed }) => {
      await stage.visit(page, `traces/${failed}?tab=spans`);
      await page.locator('.span-row').first().waitFor();
    },
  },
  {
    name: 'trace: table by service, found in it, a row opened',
    open: async (page, { stage, odd }) => {
      await stage.visit(page, `traces/${odd.rootsAndGaps.id}?tab=spans`);
      await page.getByRole('button', { name: 'Service' }).first().click();
      await press(page, '/');
      await page.keyboard.type('core');
      await page.locator('.span-row.match').first().click();
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
    },
  },
  {
    name: 'trace: a subtree alone',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.twoHundredDeep.id);
      await page.getByRole('treegrid').focus();
      await press(page, 'PageDown', 'PageDown', 'f');
      await page.getByRole('navigation', { name: 'Subtree' }).waitFor();
    },
  },
  {
    name: 'trace: labels above or beside their bars, by choice',
    open: async (page, ground) => {
      await trace(page, ground, ground.failed);
      const choice = page.getByRole('button', { name: /^Labels (above|beside)/ });
      if (await choice.isVisible()) await choice.click();
    },
  },
  {
    name: 'trace: details at the bottom',
    open: async (page, ground) => {
      await drawer(page, ground, ground.chain, 1);
      const dock = page.getByRole('button', { name: 'Details at the bottom' });
      if (await dock.isVisible()) await dock.click();
    },
  },
  {
    name: 'trace: the whole label of a row',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.longNames.id);
      await page.getByRole('treegrid').focus();
      await press(page, 'ArrowDown');
      await page.locator('.wf-whole').waitFor();
    },
  },
  {
    name: 'trace: the link names a span that is not there',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.rootsAndGaps.id, '?span=abcdef');
      await page.getByText('which is not in this trace').waitFor();
    },
  },
  {
    name: 'trace: every note',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.rootsAndGaps.id, '?span=abcdef');
      const more = page.getByRole('button', { name: /more notes?$/ });
      if (await more.isVisible()) await more.click();
      await page.getByText('more span says').waitFor();
    },
  },
  {
    name: 'trace: list of services',
    open: async (page, ground) => {
      await trace(page, ground, ground.odd.fortyServices.id);
      await page.getByRole('button', { name: /services$/ }).click();
      await page.getByRole('heading', { name: 'Services, by spans' }).waitFor();
    },
  },
  {
    name: 'trace: grown since it was read',
    open: async (page, ground) => {
      await youngTrace(page, ground);
      await page.clock.runFor(5_000);
      await page.getByRole('button', { name: '+2 spans, show' }).waitFor();
    },
  },
  {
    name: 'trace: no longer read again',
    expected: kFailed,
    open: async (page, ground) => {
      await youngTrace(page, ground, { status: 500, body: 'the store is away' });
      const stopped = page.getByText('Updates stopped');
      for (let n = 0; n < 100 && !(await stopped.isVisible()); n += 1) await page.clock.runFor(500);
      await stopped.waitFor();
    },
  },
  {
    name: 'trace: links of the configuration',
    open: async (page, ground) => {
      await configured(page, ground);
      await page.locator('.wf-row').nth(1).locator('.wf-operation').click();
      await page.getByRole('link', { name: 'Logs of this span' }).waitFor();
    },
  },
  {
    name: 'trace: archived',
    open: async (page, ground) => {
      await archived(page, ground, 202);
      await page.getByRole('link', { name: 'Archived' }).waitFor();
    },
  },
  {
    name: 'trace: not archived',
    expected: kFailed,
    open: async (page, ground) => {
      await archived(page, ground, 503);
      await page.getByText('Not archived: HTTP 503').waitFor();
    },
  },
  {
    name: 'trace: drawer of values of every kind',
    open: (page, ground) => oneSpan(page, ground, kValues),
  },
  {
    name: 'trace: drawer of many tags and log lines',
    open: async (page, ground) => {
      await oneSpan(page, ground, manyTags, 450);
      await page.getByRole('button', { name: 'Later annotations' }).click();
      await page.getByText('201–400 of 450 annotations').waitFor();
    },
  },
  {
    name: 'trace: drawer without the tag asked for',
    open: async (page, ground) => {
      await oneSpan(page, ground, manyTags);
      await page.getByLabel('Filter tags').fill('absent');
      await page.getByText('No tag has').waitFor();
    },
  },
];
