// SPDX-License-Identifier: Apache-2.0
// States of the page that shows traces from a file. They join the list in states.mjs.
import { callChain } from './sample_spans.mjs';

const kStart = 1_790_000_000_000_000;
const failing = callChain(['front', 'back'], kStart, 40_000, '500');
const hidden = [
  {
    traceId: 'a1',
    id: '1',
    kind: 'CLIENT',
    name: 'abc\u202Etxt.exe',
    timestamp: kStart,
    duration: 9_000,
    localEndpoint: { serviceName: 'خدمة-الطلبات', ipv4: '10.0.0.1' },
    remoteEndpoint: { serviceName: 'zero\u200Bwidth' },
    tags: { 'a\u202Eb': 'c\u202Ed' },
  },
];

async function form(page, { stage }) {
  await stage.visit(page, 'traceViewer');
  await page.getByRole('heading', { name: 'Open traces from a file' }).waitFor();
}

async function show(page, ground, value, wanted) {
  await form(page, ground);
  await page.getByLabel('Or paste JSON').fill(JSON.stringify(value));
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.locator(wanted).first().waitFor();
}

export const viewerStates = [
  { name: 'viewer: nothing open', open: form },
  {
    name: 'viewer: refused',
    open: (page, ground) => show(page, ground, { resourceSpans: [] }, '.fault'),
  },
  {
    name: 'viewer: one trace, with hidden characters',
    open: async (page, ground) => {
      await show(page, ground, hidden, '.wf-row');
      await page.locator('.wf-row').first().click();
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
    },
  },
  {
    name: 'viewer: several traces, and what is not one',
    open: (page, ground) => show(page, ground, [failing, hidden, [{}]], '.file-table tbody tr'),
  },
  {
    name: 'viewer: one of several traces',
    open: async (page, ground) => {
      await show(page, ground, [failing, hidden], '.file-table tbody tr');
      await page.locator('.file-trace').first().click();
      await page.locator('.wf-row').first().waitFor();
    },
  },
  {
    name: 'viewer: more traces than the list shows',
    open: async (page, ground) => {
      const many = Array.from({ length: 1_001 }, (_, n) => ({ ...hidden[0], traceId: `a${n}` }));
      await show(page, ground, many, '.viewer-note');
    },
  },
];
