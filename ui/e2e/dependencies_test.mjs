// SPDX-License-Identifier: Apache-2.0
// Goal: every link of the map and the table finds traces, of the time on screen; a map that is too
// large to draw says so.
// Method: services that name each other and services that do not; 130 services that call in a row.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { callChain, freshId } from './sample_spans.mjs';
import { eventually, Stage } from './stage.mjs';

const stage = new Stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const mine = freshId();
const kCount = 130;
const kStart = Date.now() * 1000 - 600_000_000;
/** Apart from all other tests by its time: a day of the past. */
const kPast = kStart - 40 * 86_400_000_000;
const past = `startTime=${kPast / 1000 - 60_000}&endTime=${kPast / 1000 + 60_000}`;
const recent = `startTime=${kStart / 1000 - 60_000}&endTime=${kStart / 1000 + 60_000}`;
const named = callChain([`${mine}-a`, `${mine}-b`, `${mine}-c`], kStart, 52_000, '500');

/** Client and server spans of which no side names the other. */
function unnamed() {
  const spans = callChain([`${mine}-x`, `${mine}-y`], kStart, 40_000, '200');
  return spans.map(({ remoteEndpoint, ...rest }) => rest);
}

before(async () => {
  await stage.open();
  await stage.post(named);
  await stage.post(unnamed());
  const many = Array.from({ length: kCount }, (_, n) => `${mine}-many-${n}`);
  await stage.post(callChain(many, kPast, 4_000_000, '200'));
});
after(() => stage.close());

async function openLinks(page, address) {
  await stage.visit(page, `dependency?${address}`);
  await page.locator('.link-table').waitFor();
}

const rowOf = (page, caller) => {
  return page.locator('.link-table tbody tr').filter({
    has: page.locator('td:first-child', { hasText: new RegExp(`${caller}$`) }),
  });
};

async function findFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

describe('the traces of a link', () => {
  for (const [what, caller, called] of [
    ['a caller that names the called', 'a', 'b'],
    ['services that do not name each other', 'x', 'y'],
  ]) {
    it(`are found for ${what}, in the window on screen`, async () => {
      await stage.withPage(async (page) => {
        await openLinks(page, `${recent}&find=${mine}`);
        await rowOf(page, `${mine}-${caller}`)
          .getByRole('link', { name: /^Traces/ })
          .click();
        await page.locator('.result').first().waitFor();
        const asked = new URL(page.url()).searchParams;
        assert.equal(Number(asked.get('endTs')) - Number(asked.get('startTs')), 120_000);
        assert.ok([caller, called].some((each) => asked.get('serviceName') === `${mine}-${each}`));
        await page.goBack();
        await page.locator('.link-table').waitFor();
      });
    });
  }

  it('are opened by the line of the map, too', async () => {
    await stage.withPage(async (page) => {
      await openLinks(page, `${recent}&find=${mine}-b`);
      await page.locator('.edge-reach').first().dispatchEvent('click');
      await page.locator('.result').first().waitFor();
    });
  });

  it('are missed in words where there are none', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `dependency?${recent}&parent=${mine}-no&child=${mine}-one`);
      await page.getByRole('heading', { name: `No traces of ${mine}-no → ${mine}-one` }).waitFor();
      await page.getByText(`all traces of ${mine}-one`).waitFor();
    });
  });
});

describe('the map', () => {
  it('says that it is left out above 120 services, and is drawn for a part of them', async () => {
    await stage.withPage(async (page) => {
      await openLinks(page, past);
      await page.getByText(`${kCount} services are too many for one map`).waitFor();
      assert.equal(await page.locator('.service-map').count(), 0);
      assert.deepEqual(await findFaults(page), []);
      await page.locator('.map-busiest a').first().click();
      await page.locator('.service-map').waitFor();
      await page.getByLabel('Find a service').fill(`${mine}-many-7`);
      await eventually(() => page.locator('.map-node').count(), 3);
      await page.getByText(`2 of ${kCount - 1} links`).waitFor();
      await page.getByLabel('Find a service').fill('no such service');
      await page.getByText('No service here has').waitFor();
    });
  });

  it('opens at its busiest service, and scrolls by keyboard', async () => {
    await stage.withPage(async (page) => {
      await openLinks(page, `${past}&find=many-2`);
      const frame = page.getByRole('region', { name: /^Map of/ });
      await frame.waitFor();
      const box = await frame.evaluate((node) => {
        const inside = node.getBoundingClientRect();
        const seen = [...node.querySelectorAll('.map-box')].filter((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect();
          return (
            left >= inside.left &&
            right <= inside.right &&
            top >= inside.top &&
            bottom <= inside.bottom
          );
        });
        return [node.scrollWidth > node.clientWidth, seen.length > 0];
      });
      assert.deepEqual(box, [true, true]);
      await frame.focus();
      const before = await frame.evaluate((node) => node.scrollLeft);
      await page.keyboard.press(before > 0 ? 'ArrowLeft' : 'ArrowRight');
      await eventually(
        async () => before !== (await frame.evaluate((node) => node.scrollLeft)),
        true,
      );
      assert.deepEqual(await findFaults(page), []);
    });
  });

  it('marks errors from the configured rate on, and counts them below', async () => {
    await stage.withPage(async (page) => {
      await openLinks(page, `${recent}&find=${mine}`);
      const levels = await page.locator('.edge').evaluateAll((edges) => {
        return edges.map((edge) => `${edge.textContent.includes('✕')} ${edge.classList[1]}`).sort();
      });
      assert.deepEqual(levels, ['false errors-none', 'false errors-none', 'true errors-high']);
    });
  });
});

describe('the window', () => {
  it('in words is the one that was asked, and follows now until a range is chosen', async () => {
    await stage.withPage(async (page, seen) => {
      await stage.visit(page, 'dependency?lookback=1h');
      const words = page.locator('.link-range');
      const inWords = async () => {
        const range = /^(\S+) (\S+) to (?:(\S+) )?(\S+) (\S+)$/.exec(await words.textContent());
        const [, day, clock, lastDay = day, lastClock, zone] = range;
        const to = Date.parse(`${lastDay} ${lastClock} ${zone}`);
        return [to, to - Date.parse(`${day} ${clock} ${zone}`)];
      };
      const asked = () => {
        const { searchParams } = new URL(
          seen.requests.findLast((url) => url.includes('/dependencies?')),
        );
        const end = Number(searchParams.get('endTs'));
        return [end - (end % 1000), Number(searchParams.get('lookback'))];
      };
      await page.locator('.fetch[aria-busy=false]').waitFor();
      assert.deepEqual(await inWords(), asked());
      const first = asked();
      await eventually(async () => {
        await page.getByRole('button', { name: 'Fetch again' }).click();
        return (await inWords())[0] > first[0];
      }, true);
      assert.deepEqual(await inWords(), asked());
      await page.getByRole('button', { name: 'Range…' }).click();
      await page.getByLabel('From', { exact: true }).fill('2026-01-02T03:04:05');
      await page.getByLabel('To', { exact: true }).fill('2026-01-02T03:04:04');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('The range ends before it starts').waitFor();
      await page.getByLabel('To', { exact: true }).fill('2026-01-02T04:04:05');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await eventually(async () => (await inWords())[1], 3_600_000);
      assert.match(page.url(), /startTime=\d+&endTime=\d+$/);
    });
  });
});
