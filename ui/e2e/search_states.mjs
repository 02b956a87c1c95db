// SPDX-License-Identifier: Apache-2.0
// States of the search page that stand in no ordinary answer: long lists, answers that end early,
// waits. Part of states.mjs.
import { answer, hold, kAll, kTraces, search, searchForm } from './state_steps.mjs';

const kMegabyte = 1_048_576;

/** `count` small traces of one span, newest first. */
export function manyTraces(count, service = 'front') {
  const now = Date.now() * 1_000;
  return Array.from({ length: count }, (_, n) => {
    const id = (0x5eed_0000_0000 + n).toString(16).padStart(16, '0');
    return [
      {
        traceId: id,
        id,
        name: `call-${n}`,
        timestamp: now - 1_000_000 * (n + 1),
        duration: 1_000 + ((n * 7_919) % 90_000),
        localEndpoint: { serviceName: service },
      },
    ];
  });
}

/** Until `globalThis.isHuge` is unset, searches are answered with more than 32 MB. */
export async function answerHugely(page) {
  const traces = manyTraces(40).map(([span]) => [{ ...span, tags: { body: 'BODY' } }]);
  await page.addInitScript(
    ({ parts, size }) => {
      const ask = globalThis.fetch;
      const encoder = new TextEncoder();
      globalThis.isHuge = true;
      globalThis.fetch = (url, options) => {
        if (!globalThis.isHuge || !String(url).includes('/api/v2/traces?'))
          return ask(url, options);
        const filled = parts.map((part) => part.replace('BODY', 'x'.repeat(size)));
        const body = new ReadableStream({
          pull(controller) {
            const part = filled.shift();
            if (part === undefined) return controller.close();
            return controller.enqueue(encoder.encode(part));
          },
        });
        return Promise.resolve(
          new Response(body, { headers: { 'content-type': 'application/json' } }),
        );
      };
    },
    {
      parts: traces.map((each, n) => `${n === 0 ? '[' : ','}${JSON.stringify(each)}`).concat(']'),
      size: kMegabyte,
    },
  );
}

const withMany = (address) => async (page, ground) => {
  await answer(page, kTraces, { json: manyTraces(150) });
  await search(page, ground, address);
};

export const kSearchStates = [
  { name: 'search: a long list', open: withMany('?lookback=7d&limit=150&sort=longest') },
  {
    name: 'search: a long list, filtered',
    open: async (page, ground) => {
      await withMany(kAll)(page, ground);
      await page.getByRole('searchbox').fill('call-149');
      await page.getByText('1 of 150 traces').waitFor();
    },
  },
  {
    name: 'search: a long list, filtered to nothing',
    open: async (page, ground) => {
      await withMany(kAll)(page, ground);
      await page.getByRole('searchbox').fill('nowhere');
      await page.getByText('None of these').waitFor();
    },
  },
  {
    name: 'search: at a row by keyboard',
    open: async (page, ground) => {
      await search(page, ground);
      await page.keyboard.press('j');
      await page.keyboard.press('j');
    },
  },
  {
    name: 'search: an answer that is too large',
    open: async (page, ground) => {
      await answerHugely(page);
      await search(page, ground);
      await page.locator('.cut-note').waitFor();
    },
  },
  {
    name: 'search: an answer that broke off',
    open: async (page, ground) => {
      const body = JSON.stringify(manyTraces(12)).slice(0, -40);
      await answer(page, kTraces, { contentType: 'application/json', body });
      await search(page, ground);
      await page.locator('.cut-note').waitFor();
    },
  },
  {
    name: 'search: a long wait',
    open: async (page, { stage }) => {
      await hold(page, kTraces);
      await stage.visit(page, kAll);
      await page.getByRole('button', { name: 'Stop' }).waitFor();
    },
  },
  {
    name: 'search: more services than are suggested',
    open: async (page, ground) => {
      const names = Array.from({ length: 250 }, (_, n) => `service-${n}`);
      await answer(page, /\/api\/v2\/services$/, { json: names });
      await searchForm(page, ground);
      await page.getByLabel('Service', { exact: true }).click();
      await page.getByText('type to see others').waitFor();
    },
  },
  {
    name: 'search: tags suggested',
    open: async (page, ground) => {
      await answer(page, /\/autocompleteKeys$/, { json: ['http.method', 'region'] });
      await searchForm(page, ground);
      await page.getByLabel('Tags').fill('error and http');
      await page.getByRole('option').first().waitFor();
    },
  },
];
