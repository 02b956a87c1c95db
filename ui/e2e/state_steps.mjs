// SPDX-License-Identifier: Apache-2.0
// The ground that the states of the page stand on, and the steps that lead into them.
import { postJson } from './clew_server.mjs';
import { jsonOf, oddTraces } from './odd_traces.mjs';
import { callChain } from './sample_spans.mjs';
import { postRecording, missing as recordingMissing } from './shared_traces.mjs';

export const kTrainTicket = 'nezha-tt-medium.ndjson.zst';
/** Deep as real ones are: 200 spans on 16 levels. */
export const kDeepId = '7c966f5e2db5f94f7b046f97c02da9c4';
export const kFailed = [/Failed to load resource/];
export const kTraces = /\/api\/v2\/traces\?/;
export const kTrace = /\/api\/v2\/trace\//;
export const kLinks = /\/api\/v2\/dependencies\?/;
export const kNames = /\/api\/v2\/(services|traces)(\?|$)/;
export const kAll = '?lookback=7d&limit=60';

/** Posts what the states show to a server with nothing else in it. */
export async function layGround(stage) {
  const now = Date.now() * 1_000;
  const chains = Array.from({ length: 9 }, (_, n) => {
    const start = now - 2_000_000 - n * 17_000_000;
    const length = 38_000 + ((n * 7_919) % 90) * 1_000;
    return callChain(['front', 'middle', 'back'], start, length, n === 4 ? '500' : '200');
  });
  const odd = oddTraces(now - 400_000_000);
  for (const spans of chains) await postJson(stage.url, jsonOf(spans));
  for (const { spans } of Object.values(odd)) await postJson(stage.url, jsonOf(spans));
  const hasDeep = recordingMissing(kTrainTicket) === false;
  if (hasDeep) await postRecording(stage.url, kTrainTicket, ([span]) => span.traceId === kDeepId);
  for (const spans of chains) await stage.waitForTrace(spans[0].traceId, spans.length);
  for (const { id } of Object.values(odd)) await stage.waitForTrace(id, 1);
  if (hasDeep) await stage.waitForTrace(kDeepId, 1);
  return { stage, odd, chain: chains[0][0].traceId, failed: chains[4][0].traceId };
}

export const hold = (page, what) => page.route(what, () => {});
export const answer = (page, what, fulfil) => page.route(what, (route) => route.fulfill(fulfil));
export const cut = (page, what) => page.route(what, (route) => route.abort());
export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

export async function search(page, { stage }, address = kAll) {
  await stage.visit(page, address);
  await page.locator('.fresh .result, .nothing').first().waitFor();
}

/** The form folds away on narrow screens. */
export async function searchForm(page, ground, address) {
  await search(page, ground, address);
  const side = page.locator('details.search-side');
  if (!(await side.evaluate((node) => node.open))) await side.locator('summary').click();
}

export async function trace(page, { stage }, id, more = '') {
  await stage.visit(page, `traces/${id}${more}`);
  await page.locator('.wf-row').first().waitFor();
}

export const odd = (name) => (page, ground) => trace(page, ground, ground.odd[name].id);

/** Opens the drawer on row `n`, counted from the top. */
export async function drawer(page, ground, id, n) {
  await trace(page, ground, id);
  await page.locator('.wf-row').nth(n).locator('.wf-operation').click();
  await page.getByRole('complementary', { name: 'Span details' }).waitFor();
}

export async function find(page, ground, text) {
  await trace(page, ground, ground.chain);
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.locator('.find-count', { hasText: /\w/ }).waitFor();
}

export async function dependencies(page, { stage }) {
  const now = Date.now();
  await stage.visit(page, `dependency?startTime=${now - 604_800_000}&endTime=${now + 60_000}`);
  await page.locator('.link-table').waitFor();
}

export async function dependenciesOf(page, ground, links) {
  await answer(page, kLinks, { json: links });
  await ground.stage.visit(page, 'dependency');
}

export async function newcomer(page, { stage }) {
  await answer(page, kNames, { json: [] });
  await stage.visit(page, '');
  await page.getByText('Nothing received yet').waitFor();
}

/** Pastes into the box of the top bar and waits for what it says. */
export async function box(page, text) {
  const field = page.getByRole('search', { name: 'Open a trace' }).getByRole('textbox');
  await field.fill(text);
  await field.press('Enter');
  await page.locator('.lookup-answer').waitFor();
}
