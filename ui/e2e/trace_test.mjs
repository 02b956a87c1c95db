// SPDX-License-Identifier: Apache-2.0
// Goal: a trace can be read, by pointer and by keyboard, however odd or large it is.
// Method: traces made for each question; the demo's own trace when the server has one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callChain, demoTrace, freshId, largeTrace } from './sample_spans.mjs';
import { activeRow, eventually, kRealUrl, rowOf, rowServices, Stage } from './stage.mjs';

const stage = new Stage();
const run = freshId(4);
const names = ['one', 'two', 'three'].map((name) => `${name}-${run}`);
const chain = callChain(names, Date.now() * 1000 - 5_000_000, 60_000, '500');
const chainPath = `traces/${chain[0].traceId}`;

before(async () => {
  await stage.open();
  await stage.post(chain);
  if (kRealUrl === undefined) await stage.post(demoTrace());
});
after(() => stage.close());

/** The newest trace in which the demo's three services took part. */
async function demoTraceId() {
  const query = 'serviceName=front&lookback=604800000&limit=20';
  const traces = await (await fetch(`${stage.url}/api/v2/traces?${query}`)).json();
  const whole = traces.find((trace) => {
    const services = new Set(trace.map((span) => span.localEndpoint?.serviceName));
    return ['front', 'middle', 'back'].every((name) => services.has(name));
  });
  assert.ok(whole, 'the server has no trace of the demo');
  return whole[0].traceId;
}

const openSpan = (page) => new URL(page.url()).searchParams.get('span');

describe('the trace page', () => {
  it('shows the demo: server spans of front, middle and back, tags, log lines', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${await demoTraceId()}`);
      for (const service of ['front', 'middle', 'back']) {
        const row = rowOf(page, service).filter({
          has: page.locator('.kind[aria-label*="server"]'),
        });
        await row.first().waitFor();
        assert.match(await row.first().textContent(), /get/);
      }
      assert.match(
        await rowOf(page, 'back').first().locator('.kind').getAttribute('aria-label'),
        /client and server/,
      );
      await rowOf(page, 'middle').first().click();
      const drawer = page.getByRole('complementary', { name: 'Span details' });
      for (const key of ['http.method', 'http.path', 'http.status_code']) {
        await drawer.getByText(key, { exact: true }).first().waitFor();
      }
      assert.ok((await drawer.locator('.annotations li').count()) > 0, 'no log lines');
    });
  });

  it('puts both halves of a call in one row, one bar in the other', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      const row = rowOf(page, names[1]);
      const outer = await row.locator('.bar.outer').boundingBox();
      const inner = await row.locator('.bar.inner').boundingBox();
      assert.ok(inner.x > outer.x && inner.x + inner.width < outer.x + outer.width);
      assert.ok(inner.height < outer.height);
      assert.equal(await row.locator('.bar-label').textContent(), '52.0 ms');
      assert.equal(await rowOf(page, names[2]).locator('.error-mark').count(), 1);
      await row.click();
      await page.getByText(`Server side: ${names[1]}`).waitFor();
      await page.getByText(`Client side: ${names[0]}`).waitFor();
    });
  });

  it('writes the duration behind both halves when the server outlasts its caller', async () => {
    const spans = callChain(names, Date.now() * 1000 - 5_000_000, 60_000, '200');
    const served = spans.find((span) => span.shared && span.localEndpoint.serviceName === names[1]);
    served.duration = 58_000;
    await stage.post(spans);
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${spans[0].traceId}`);
      await eventually(() => rowServices(page), names);
      const row = rowOf(page, names[1]);
      const outer = await row.locator('.bar.outer').boundingBox();
      const inner = await row.locator('.bar.inner').boundingBox();
      const label = await row.locator('.bar-label').boundingBox();
      assert.ok(inner.x + inner.width > outer.x + outer.width, 'the server half is the later one');
      assert.ok(label.x >= inner.x + inner.width, 'the label lies on the bar');
    });
  });

  it('is read by keyboard alone', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      for (let tabs = 0; tabs < 30; tabs += 1) {
        const role = await page.evaluate(() => document.activeElement?.getAttribute('role'));
        if (role === 'treegrid') break;
        await page.keyboard.press('Tab');
      }
      const at = (index) => `${names[index]}@${index + 1}`;
      const press = async (key, wanted) => {
        await page.keyboard.press(key);
        await eventually(() => activeRow(page), wanted);
      };
      await press('ArrowDown', at(1));
      await press('ArrowDown', at(2));
      await press('ArrowDown', at(2));
      await press('ArrowLeft', at(1));
      await press('Home', at(0));
      await press('End', at(2));
      await press('ArrowUp', at(1));
      assert.equal(await rowOf(page, names[1]).getAttribute('aria-expanded'), 'true');
      await press('ArrowLeft', at(1));
      assert.equal(await rowOf(page, names[1]).getAttribute('aria-expanded'), 'false');
      await eventually(() => rowServices(page), names.slice(0, 2));
      await press('ArrowRight', at(1));
      await eventually(() => rowServices(page), names);
      await press('ArrowRight', at(2));
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
      await eventually(() => openSpan(page), chain[4].id);
      await press('ArrowUp', at(1));
      await eventually(() => openSpan(page), chain[2].id);
      await page.keyboard.press('Escape');
      await eventually(() => openSpan(page), null);
    });
  });

  it('tells assistive technology level, place and state of every row', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      const facts = await page
        .locator('.wf-row')
        .evaluateAll((rows) =>
          rows.map((row) => [
            row.ariaLevel,
            row.ariaRowIndex,
            row.ariaExpanded,
            row.ariaSetSize,
            row.ariaPosInSet,
          ]),
        );
      assert.deepEqual(facts, [
        ['1', '2', 'true', '1', '1'],
        ['2', '3', 'true', '1', '1'],
        ['3', '4', null, '1', '1'],
      ]);
      assert.equal(await page.getByRole('treegrid').getAttribute('aria-rowcount'), '4');
    });
  });

  it('opens the span its address names, also after reload', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `${chainPath}?span=${chain[4].id}`);
      const title = page.getByRole('complementary').getByRole('heading', { level: 2 });
      await eventually(() => title.textContent(), `${names[1]} → ${names[2]}: get`);
      await page.reload();
      await eventually(() => title.textContent(), `${names[1]} → ${names[2]}: get`);
      await page.getByText('✕ Failed: 500').waitFor();
    });
  });

  it('finds text and walks the matches', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      await page.keyboard.press('/');
      await page.keyboard.type('done');
      const count = page.locator('.find-count');
      await eventually(() => count.textContent(), '1 of 2');
      assert.equal(await page.locator('.wf-row.match').count(), 2);
      await page.keyboard.press('Enter');
      await eventually(() => count.textContent(), '2 of 2');
      await page.keyboard.type(' nothing like it');
      await eventually(() => count.textContent(), 'no match');
    });
  });

  it('lists its keys', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      await eventually(() => page.getByRole('dialog').count(), 0);
      await page.keyboard.press('ArrowDown');
      await eventually(() => activeRow(page), `${names[1]}@2`);
    });
  });

  it('zooms with the minimap and comes back', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      await eventually(() => rowServices(page), names);
      const box = await page.locator('.minimap-strip').boundingBox();
      await page.mouse.move(box.x + box.width * 0.25, box.y + 8);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 8, { steps: 4 });
      await page.mouse.up();
      await page.getByText('15.0 ms – 30.0 ms').waitFor();
      await page.getByRole('button', { name: 'Whole trace' }).click();
      await eventually(() => page.locator('.zoom-note').count(), 0);
    });
  });

  it('copies the link of what is on screen, by button and by key', async () => {
    await stage.withPage(async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      const link = (span) => `${stage.url}/zipkin/${chainPath}${span ? `?span=${span}` : ''}`;
      await stage.visit(page, `${chainPath}?span=${chain[2].id}`);
      await eventually(() => rowServices(page), names);
      await page.getByRole('complementary', { name: 'Span details' }).waitFor();
      await page.getByRole('treegrid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('y');
      await page.getByText('Link copied').waitFor();
      assert.equal(await copied(), link(chain[4].id));
      await page.keyboard.press('ArrowUp');
      await page.getByRole('button', { name: 'Copy link to this page' }).click();
      await eventually(copied, link(chain[2].id));
      await page.keyboard.press('Escape');
      await page
        .getByRole('button', { name: /^(Copied|Copy link to this page)$/ })
        .first()
        .click();
      await eventually(copied, link());
      assert.equal(page.url(), link());
    });
  });

  it('offers the trace as the server has it', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, chainPath);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'JSON' }).click();
      assert.equal((await download).suggestedFilename(), `${chain[0].traceId}.json`);
    });
  });
});

describe('odd traces', () => {
  const at = Date.now() * 1000 - 4_000_000;
  const local = (serviceName, ipv4) => ({ localEndpoint: { serviceName, ipv4 } });

  it('says that clocks differ and shows them raw when asked', async () => {
    const traceId = freshId();
    const id = freshId();
    const spans = [
      {
        traceId,
        id: traceId,
        name: 'root',
        timestamp: at,
        duration: 90_000,
        ...local('a', '10.0.0.1'),
      },
      {
        traceId,
        id,
        parentId: traceId,
        kind: 'CLIENT',
        name: 'call',
        timestamp: at + 5_000,
        duration: 50_000,
        ...local('a', '10.0.0.1'),
      },
      {
        traceId,
        id,
        parentId: traceId,
        kind: 'SERVER',
        shared: true,
        name: 'call',
        timestamp: at - 40_000,
        duration: 30_000,
        ...local('b', '10.0.0.2'),
      },
    ];
    await stage.post(spans);
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${traceId}`);
      await page.getByText('The clock of b (10.0.0.2) is 55.0 ms behind').waitFor();
      const bars = async () => {
        const inner = await page.locator('.bar.inner').boundingBox();
        const outer = await page.locator('.bar.outer').boundingBox();
        return inner.x >= outer.x;
      };
      assert.equal(await bars(), true);
      await page.getByRole('button', { name: 'Raw' }).click();
      await eventually(bars, false);
      await page.getByRole('button', { name: 'Corrected' }).click();
      await eventually(bars, true);
    });
  });

  it('says that parents and the root are missing', async () => {
    const traceId = freshId();
    const orphan = (name, start) => ({
      traceId,
      id: freshId(),
      parentId: freshId(),
      name,
      timestamp: at + start,
      duration: 900,
      ...local(name),
    });
    await stage.post([orphan('left', 0), orphan('right', 2_000)]);
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${traceId}`);
      await page.getByText('No span here is the root').waitFor();
      await page.getByText('2 spans have a parent that is missing').waitFor();
      await eventually(() => rowServices(page), ['left', 'right']);
    });
  });

  it('looks again for a trace that is not there yet', async () => {
    const spans = callChain(names, Date.now() * 1000 - 1_000_000, 30_000, '200');
    await stage.withPage(
      async (page) => {
        await stage.visit(page, `traces/${spans[0].traceId}`);
        await page.getByText('No such trace here').waitFor();
        await stage.post(spans);
        await eventually(() => rowServices(page), names);
      },
      { expected: [/status of 404/] },
    );
  });

  it('stays quick and small with 10,000 spans', async () => {
    const spans = largeTrace(10_000);
    for (let from = 0; from < spans.length; from += 2_500) {
      const response = await fetch(`${stage.url}/api/v2/spans`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(spans.slice(from, from + 2_500)),
      });
      assert.equal(response.status, 202);
    }
    await stage.waitForTrace(spans[0].traceId, spans.length);
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${spans[0].traceId}`);
      await page.getByText('10,000 rows').waitFor();
      await page.getByRole('treegrid').focus();
      await page.keyboard.press('End');
      const last = page.locator('.wf-row[aria-rowindex="10001"]');
      await last.waitFor();
      assert.ok((await page.locator('.wf-row').count()) <= 60);
      assert.ok((await page.locator('*').count()) < 1_500);
      const seen = await last.boundingBox();
      assert.ok(seen.y + seen.height <= 801);
      await page.keyboard.press('Shift+ArrowLeft');
      await page.getByText('11 of 10,000 rows').waitFor();
      await page.keyboard.press('Shift+ArrowRight');
      await page.getByText('10,000 rows', { exact: true }).waitFor();
    });
  });
});
