// SPDX-License-Identifier: Apache-2.0
// Goal: what is odd about a trace is said in words or shown as it is, and never as a wrong number.
// Method: each odd trace opened once; how many rows it has, what must and what must not be read.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { postJson } from './clew_server.mjs';
import { jsonOf, oddTraces } from './odd_traces.mjs';
import { lookFaults } from './page_checks.mjs';
import { Stage } from './stage.mjs';

const stage = new Stage();
const traces = oddTraces(Date.now() * 1_000 - 400_000_000);

before(async () => {
  await stage.open();
  for (const { id, spans } of Object.values(traces)) {
    await postJson(stage.url, jsonOf(spans));
    await stage.waitForTrace(id, 1);
  }
});
after(() => stage.close());

/** [what the test is called, trace, rows, texts on the page, texts not on it] */
const kOdd = [
  ['long names do not widen the page', 'longNames', 2, [/put \/api\/v2\/tenants/], []],
  ['any script is shown as it is', 'anyScript', 4, ['查询包裹', 'خدمة-الشحن', '🐙-mail'], []],
  ['a child may come after its parent', 'outlivesItsParent', 3, ['charge again'], [/clock/i]],
  [
    'missing parents and more roots are told',
    'rootsAndGaps',
    7,
    [/2 spans have a parent that is missing/, /1 more span/, 'no start reported'],
    [],
  ],
  ['a ring is cut and told', 'ring', 3, [/1 ring/], []],
  ['failures are marked', 'failures', 4, [/✕/], []],
  ['200 levels are 200 rows', 'twoHundredDeep', 200, [/200 rows/], []],
  ['500 equal leaves are 501 rows', 'manyEqualLeaves', 501, [/501 rows/], []],
  ['a clock that is behind is told', 'clocksApart', 2, [/clock of shop .* behind/], []],
  ['halves of one millisecond are no alarm', 'sameMillisecond', 1, [/\b1 row\b/], [/clock of/i]],
  ['three days beside four milliseconds', 'threeDays', 2, ['3 d'], []],
  ['a trace of microseconds', 'microseconds', 2, ['4 µs'], []],
  ['45 services in one trace', 'fortyServices', 45, [/45 rows/], []],
  ['a start beyond dates is no NaN', 'beyondDates', 1, [/\b1 row\b/], [/NaN|Invalid/]],
  ['an unknown duration is not 0 µs', 'nameAndStartOnly', 1, [/\b1 row\b/], [/\b0 µs/]],
  ['a trace without times has no duration', 'noTimes', 2, [/no start/], [/\b0 µs/]],
];

describe('odd traces', () => {
  for (const [title, name, rows, shown, absent] of kOdd) {
    it(title, async () => {
      await stage.withPage(async (page) => {
        await stage.visit(page, `traces/${traces[name].id}`);
        await page.locator('.wf-row').first().waitFor();
        const grid = page.getByRole('treegrid');
        assert.equal(await grid.getAttribute('aria-rowcount'), String(rows + 1));
        // biome-ignore lint/performance/useDomNodeTextContent: only what is on screen counts
        const text = (await page.locator('main').innerText()).replaceAll(/\s+/g, ' ');
        for (const part of shown) {
          const found = part instanceof RegExp ? part.test(text) : text.includes(part);
          assert.ok(found, `${part} is not in: ${text.slice(0, 600)}`);
        }
        for (const part of absent) assert.doesNotMatch(text, part);
        const faults = await lookFaults(page);
        assert.deepEqual(
          faults.filter((fault) => fault.startsWith('text of a bug')),
          [],
        );
      });
    });
  }

  it('texts of a span do not reorder what stands beside them', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${traces.anyScript.id}`);
      await page.locator('.wf-row').first().locator('.wf-operation').click();
      const drawer = page.getByRole('complementary', { name: 'Span details' });
      await drawer.waitFor();
      const loose = await page.evaluate(() => {
        const isText = (node) => /[\u0590-\u08FF\u202A-\u202E]/.test(node.data);
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (walker.nextNode()) {
          const node = walker.currentNode;
          if (!isText(node)) continue;
          const style = getComputedStyle(node.parentElement);
          // What is a box of its own takes no part in the line around it.
          const isolates =
            /isolate|plaintext/.test(style.unicodeBidi) || style.display !== 'inline';
          if (!isolates) found.push(`${node.parentElement.className}: ${node.data.slice(0, 30)}`);
        }
        return found;
      });
      assert.deepEqual(loose, []);
    });
  });
});
