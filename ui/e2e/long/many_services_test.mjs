// SPDX-License-Identifier: Apache-2.0
// Goal: the page holds with all recordings in one store: all of their 96 services.
// Method: every recording, in a `clew serve` of its own; search, dependencies, and one trace each.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noBinary, startClew } from '../clew_server.mjs';
import { axeFaults, lookFaults, placeFaults, signsOf } from '../page_checks.mjs';
import { missing, postRecording, smallFiles } from '../shared_traces.mjs';
import { Stage, withPageOf } from '../stage.mjs';

const kLarge = [
  'nezha-ob-medium.ndjson.zst',
  'nezha-tt-medium.ndjson.zst',
  'traceweaver.ndjson.zst',
];
// By its own bounds the server would let the oldest of them go.
const kRoomForAll = ['--mem-max-spans', '1000000', '--mem-max-bytes', String(2 * 1024 ** 3)];
const skip = noBinary || kLarge.map(missing).find(Boolean) || false;
const stage = new Stage();
const signs = new Map();
let services = [];

before(async () => {
  if (skip) return;
  await stage.open(await withPageOf(await startClew(kRoomForAll)));
  for (const name of [...kLarge, ...smallFiles()]) await postRecording(stage.url, name);
  services = await (await fetch(`${stage.url}/api/v2/services`)).json();
});
after(() => stage.close());

async function check(page) {
  for (const [service, sign] of await signsOf(page)) {
    assert.equal(sign, signs.get(service) ?? sign, service);
    signs.set(service, sign);
  }
  const faults = [await lookFaults(page), await placeFaults(page), await axeFaults(page)];
  assert.deepEqual(faults.flat(), []);
}

describe('all recordings together', { skip }, () => {
  it('have 96 services', () => {
    assert.equal(services.length, 96);
  });

  for (const [width, height] of [
    [1280, 800],
    [400, 800],
  ]) {
    const size = { width, height };

    it(`a search over all of them, ${width} wide`, async () => {
      await stage.withPage(async (page) => {
        await stage.visit(page, '?lookback=7d&limit=300');
        await page.locator('.fresh .result').first().waitFor();
        await check(page);
      }, size);
    });

    it(`the dependencies of all of them, ${width} wide`, async () => {
      await stage.withPage(async (page) => {
        const end = Date.now() + 60_000;
        await stage.visit(page, `dependency?startTime=${end - 604_800_000}&endTime=${end}`);
        await page.locator('.link-table').waitFor();
        await check(page);
      }, size);
    });

    it(`one trace of each service, ${width} wide`, async () => {
      for (const service of services) {
        const query = new URLSearchParams({
          serviceName: service,
          lookback: 604_800_000,
          limit: 1,
        });
        const [trace] = await (await fetch(`${stage.url}/api/v2/traces?${query}`)).json();
        if (trace === undefined) continue;
        await stage.withPage(async (page) => {
          await stage.visit(page, `traces/${trace[0].traceId}`);
          await page.locator('.wf-row').first().waitFor();
          const faults = [...(await lookFaults(page)), ...(await placeFaults(page))];
          assert.deepEqual(faults, [], `${service}: ${page.url()}`);
          for (const [name, sign] of await signsOf(page)) {
            assert.equal(sign, signs.get(name) ?? sign, name);
            signs.set(name, sign);
          }
        }, size);
      }
    });
  }

  it('every link of the table leads to traces', async () => {
    await stage.withPage(async (page) => {
      const end = Date.now() + 60_000;
      await stage.visit(page, `dependency?startTime=${end - 604_800_000}&endTime=${end}`);
      await page.locator('.link-table').waitFor();
      const links = await page
        .locator('.link-table tbody a')
        .evaluateAll((all) => all.map((link) => link.search));
      assert.ok(links.length > 50, `${links.length} links`);
      const dead = [];
      for (const search of links) {
        const query = new URLSearchParams(search);
        const lookback = { '1d': 86_400_000, '7d': 604_800_000 }[query.get('lookback')];
        if (lookback !== undefined) query.set('lookback', lookback);
        if (query.has('startTs')) {
          query.set('lookback', query.get('endTs') - query.get('startTs'));
          query.delete('startTs');
        }
        query.set('limit', 1);
        const found = await (await fetch(`${stage.url}/api/v2/traces?${query}`)).json();
        if (found.length === 0) dead.push(search);
      }
      assert.deepEqual(dead, [], `${dead.length} of ${links.length} find nothing`);
    });
  });
});
