// SPDX-License-Identifier: Apache-2.0
// Goal: what is typed becomes an address, the address becomes results, a result becomes a trace.
// Method: traces of services that only this run knows, so that any store will do.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callChain, freshId } from './sample_spans.mjs';
import { eventually, Stage } from './stage.mjs';

const stage = new Stage();
const run = freshId(4);
const [shop, cart, stock] = ['shop', 'cart', 'stock'].map((name) => `${name}-${run}`);
const kNow = Date.now() * 1000;
const traces = [
  callChain([shop, cart, stock], kNow - 3_000_000, 40_000, '200'),
  callChain([shop, cart, stock], kNow - 9_000_000, 400_000, '500'),
  callChain([shop, cart], kNow - 20_000_000, 90_000, '200'),
];

before(async () => {
  await stage.open();
  for (const trace of traces) await stage.post(trace);
});
after(() => stage.close());

const durations = (page) => page.locator('.result-length').allTextContents();
const parameters = (page) => Object.fromEntries(new URL(page.url()).searchParams);

describe('the search page', () => {
  it('goes from the form to an address to results to a trace', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, '');
      await page.locator('.result, .nothing').first().waitFor();
      await page.getByLabel('Service', { exact: true }).fill(shop);
      await page.getByLabel('Tags').fill(`http.method=GET and http.path=/${cart}`);
      await page.getByLabel('Min duration').fill('30ms');
      await page.getByLabel('Time', { exact: true }).selectOption('1h');
      await page.getByLabel('Limit').fill('25');
      await page.getByRole('button', { name: 'Find traces' }).click();
      await eventually(() => parameters(page), {
        serviceName: shop,
        annotationQuery: `http.method=GET and http.path=/${cart}`,
        minDuration: '30ms',
        lookback: '1h',
        limit: '25',
      });
      await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
      const first = page.locator('.result').first();
      assert.equal(await first.getAttribute('href'), `traces/${traces[0][0].traceId}`);
      assert.match(await first.textContent(), /5\s*spans/);
      await first.click();
      await page.getByRole('heading', { name: `${shop}: get` }).waitFor();
      assert.equal(new URL(page.url()).pathname, `/zipkin/traces/${traces[0][0].traceId}`);
    });
  });

  it('restores everything from its address, on reload and on back and forward', async () => {
    await stage.withPage(async (page) => {
      const asked = 'minDuration=80ms&lookback=1h&limit=10&sort=longest&theirs=kept';
      const search = `?serviceName=${shop}&${asked}`;
      await stage.visit(page, search);
      await eventually(() => durations(page), ['400 ms', '90.0 ms']);
      assert.equal(await page.getByLabel('Min duration').inputValue(), '80ms');
      await page.reload();
      await eventually(() => durations(page), ['400 ms', '90.0 ms']);
      await page.locator('.result').first().click();
      await page.locator('.wf-row').first().waitFor();
      await page.goBack();
      await eventually(() => durations(page), ['400 ms', '90.0 ms']);
      assert.equal(parameters(page).theirs, 'kept');
      await page.goForward();
      await page.locator('.wf-row').first().waitFor();
    });
  });

  it('sorts without asking the server again', async () => {
    await stage.withPage(async (page, { requests }) => {
      await stage.visit(page, `?serviceName=${shop}&lookback=1h&limit=10`);
      await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
      const asked = () => requests.filter((url) => url.includes('/api/v2/traces')).length;
      const before = asked();
      for (const [name, wanted] of [
        ['Longest', ['400 ms', '90.0 ms', '40.0 ms']],
        ['Shortest', ['40.0 ms', '90.0 ms', '400 ms']],
        ['Newest', ['40.0 ms', '400 ms', '90.0 ms']],
      ]) {
        await page.getByRole('button', { name, exact: true }).click();
        await eventually(() => durations(page), wanted);
      }
      assert.equal(asked(), before);
    });
  });

  it('suggests services and their span names, by keyboard', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${shop}&lookback=1h&limit=10`);
      await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
      const service = page.getByLabel('Service', { exact: true });
      await service.fill(stock.slice(0, -1));
      await service.press('ArrowDown');
      await page.getByRole('option', { name: stock, selected: true }).waitFor();
      await service.press('Enter');
      assert.equal(await service.inputValue(), stock);
      const name = page.getByLabel('Span name');
      await name.click();
      await page.getByRole('option', { name: 'get', exact: true }).waitFor();
      await name.press('Escape');
      await name.press('Enter');
      await eventually(() => parameters(page).serviceName, stock);
      await eventually(() => durations(page), ['40.0 ms', '400 ms']);
    });
  });

  it('finds failed traces and marks them', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${stock}&annotationQuery=error&lookback=1h&limit=10`);
      await eventually(() => durations(page), ['400 ms']);
      assert.match(await page.locator('.result .error-count').textContent(), /2/);
    });
  });

  it('says what is wrong beside the field and asks nothing', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${shop}&lookback=1h&limit=10`);
      await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
      await page.getByLabel('Min duration').fill('fast');
      await page.getByRole('button', { name: 'Find traces' }).click();
      await page.getByText('A number and its unit').waitFor();
      assert.equal(parameters(page).minDuration, undefined);
    });
  });

  it('says why nothing was found and how to widen', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${shop}&annotationQuery=nowhere&lookback=5m&limit=10`);
      await page.getByRole('heading', { name: 'No traces match' }).waitFor();
      await page.getByText('drop the tag filter “nowhere”').waitFor();
      await page.getByRole('link', { name: 'Search the last 7 days' }).click();
      await eventually(() => parameters(page).lookback, '7d');
    });
  });

  it('shows a refusal with its code, keeps old results dimmed, and tries again', async () => {
    await stage.withPage(
      async (page) => {
        await stage.visit(page, `?serviceName=${shop}&lookback=1h&limit=10`);
        await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
        const isTraces = /\/api\/v2\/traces\?/;
        await page.route(isTraces, (route) =>
          route.fulfill({ status: 500, body: 'storage is <b>away</b>' }),
        );
        await page.getByRole('button', { name: 'Search again' }).click();
        await page.getByText('HTTP 500').waitFor();
        await page.getByText('storage is <b>away</b>').waitFor();
        assert.equal(await page.locator('.stale .result').count(), 3);
        await page.unroute(isTraces);
        await page.getByRole('button', { name: 'Retry' }).click();
        await page.locator('.fresh .result').first().waitFor();
        assert.equal(await page.locator('.failure').count(), 0);
      },
      { expected: [/status of 500/] },
    );
  });

  it('opens a trace by its id from the box above', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${shop}&lookback=1h&limit=10`);
      await page.getByLabel('Trace id').fill(` ${traces[2][0].traceId.toUpperCase()} `);
      await page.getByLabel('Trace id').press('Enter');
      await page.getByRole('heading', { name: `${shop}: get` }).waitFor();
    });
  });

  it('shows who calls whom', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(
        page,
        `dependency?startTime=${Date.now() - 3_600_000}&endTime=${Date.now() + 1_000}`,
      );
      const line = page
        .locator('.link-table tbody tr')
        .filter({ hasText: cart })
        .filter({ hasText: shop });
      await line.waitFor();
      assert.deepEqual((await line.locator('.number').allTextContents()).slice(0, 1), ['3']);
      await line.getByRole('link', { name: 'Traces' }).click();
      await eventually(() => durations(page), ['40.0 ms', '400 ms', '90.0 ms']);
    });
  });
});
