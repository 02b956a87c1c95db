// SPDX-License-Identifier: Apache-2.0
// Goal: names, tags and log lines come from strangers; markup in them is text and nothing else.
// Method: a trace that is hostile everywhere; the page must show it letter by letter while no
// script runs, no dialog opens, nothing is fetched for it and the Content-Security-Policy has no
// work.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshId, hostileTrace, kHostile } from './sample_spans.mjs';
import { Stage } from './stage.mjs';

const stage = new Stage();
const spans = hostileTrace();
const service = spans[0].localEndpoint.serviceName;

before(async () => {
  await stage.open();
  await stage.post(spans);
});
after(() => stage.close());

async function assertHarmless(page) {
  const state = await page.evaluate(() => ({
    hacked: window.wasHacked,
    images: document.querySelectorAll('img, iframe, object, embed').length,
    scripts: document.querySelectorAll('script').length,
    handlers: document.querySelectorAll('[onerror], [onload]').length,
    odd: [...document.links].filter((link) => !link.href.startsWith(location.origin)).length,
  }));
  assert.deepEqual(state, { hacked: undefined, images: 0, scripts: 1, handlers: 0, odd: 0 });
}

/** Servers fold service names and span names to lower case; letters are compared that way. */
async function assertShows(page, text) {
  const shown = (await page.locator('body').textContent()).toLowerCase();
  assert.ok(shown.includes(text.toLowerCase()), `not shown: ${text}`);
}

describe('text of strangers', () => {
  it('is text in the result list', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(
        page,
        `?serviceName=${encodeURIComponent(service.toLowerCase())}&lookback=1h&limit=10`,
      );
      await page.locator('.result').first().waitFor();
      await assertShows(page, kHostile);
      await assertHarmless(page);
      await page.getByLabel('Service', { exact: true }).fill('evil<');
      await page.getByRole('option').first().waitFor();
      await assertHarmless(page);
    });
  });

  it('is text in the waterfall, the details and the raw JSON', async () => {
    await stage.withPage(async (page) => {
      await stage.visit(page, `traces/${spans[0].traceId}?span=${spans[0].id}`);
      const drawer = page.getByRole('complementary', { name: 'Span details' });
      await drawer.waitFor();
      await page.getByText('Raw JSON').click();
      assert.equal(await drawer.locator('.tag dt', { hasText: kHostile }).count(), 1);
      assert.equal(await drawer.locator('.annotations .value').textContent(), `log ${kHostile}`);
      await assertShows(page, '<script>window.wasHacked=1</script>');
      await assertShows(page, 'javascript:window.wasHacked=1');
      await assertHarmless(page);
      assert.ok((await page.title()).toLowerCase().includes('<img'));
    });
  });

  it('is shown by number where it cannot be seen, in results and suggestions', async () => {
    const traceId = freshId();
    const hidden = `tx\u202Ecod.${traceId}`;
    await stage.post([
      {
        traceId,
        id: traceId,
        name: 'zero\u200bwidth',
        timestamp: Date.now() * 1000 - 3_000_000,
        duration: 9_000,
        localEndpoint: { serviceName: hidden },
      },
    ]);
    await stage.withPage(async (page) => {
      await stage.visit(page, `?serviceName=${encodeURIComponent(hidden)}&lookback=1h`);
      const row = page.locator('.result').first();
      await row.filter({ hasText: `txU+202Ecod.${traceId}` }).waitFor();
      await row.filter({ hasText: 'zeroU+200Bwidth' }).waitFor();
      await page.getByLabel('Service', { exact: true }).fill(`cod.${traceId}`);
      const option = page.getByRole('option').first();
      await option.filter({ hasText: `txU+202Ecod.${traceId}` }).waitFor();
    });
  });

  it('cannot turn around or hide what stands beside it', async () => {
    const traceId = freshId();
    const exe = 'abc\u202Etxt.exe';
    const arabic = 'خدمة-الطلبات';
    await stage.post([
      {
        traceId,
        id: traceId,
        kind: 'CLIENT',
        name: exe,
        timestamp: Date.now() * 1000 - 3_000_000,
        duration: 9_000,
        localEndpoint: { serviceName: `${arabic}\u200b`, ipv4: '10.0.0.1' },
        remoteEndpoint: { serviceName: arabic },
        tags: { [exe]: exe, error: exe },
        annotations: [{ timestamp: Date.now() * 1000 - 2_999_000, value: exe }],
      },
    ]);
    await stage.withPage(async (page) => {
      const shown = 'abcU+202Etxt.exe';
      await stage.visit(page, `traces/${traceId}?span=${traceId}`);
      const drawer = page.getByRole('complementary', { name: 'Span details' });
      await drawer.waitFor();
      assert.equal(await page.locator('.wf-service').first().textContent(), `${arabic}U+200B`);
      assert.equal(await page.locator('.wf-operation').first().textContent(), shown);
      for (const place of ['.tag dt', '.tag-error .value', '.annotations .value', 'h2']) {
        await drawer.locator(place).filter({ hasText: shown }).first().waitFor();
      }
      assert.equal(await page.locator('.wf-row').getByText('\u202E').count(), 0);
      for (const place of ['.wf-remote bdi', '.wf-service', '.wf-operation']) {
        const isolated = await page
          .locator(place)
          .first()
          .evaluate((node) => getComputedStyle(node).unicodeBidi);
        assert.equal(isolated, 'isolate', place);
      }
      await drawer.getByText('Raw JSON').click();
      assert.ok(!(await drawer.textContent()).includes('\u202E'));
      await drawer.getByText('10.0.0.1', { exact: true }).waitFor();
      assert.ok((await page.title()).includes('abc⟨U+202E⟩txt.exe'));
    });
  });

  it('is text in a refusal', async () => {
    await stage.withPage(
      async (page) => {
        await page.route(/\/api\/v2\/trace\//, (route) =>
          route.fulfill({ status: 400, contentType: 'text/html', body: kHostile }),
        );
        await stage.visit(page, `traces/${encodeURIComponent('<img src=x>')}`);
        await page.getByText('HTTP 400').waitFor();
        await assertShows(page, kHostile);
        await assertHarmless(page);
      },
      { expected: [/status of 400/] },
    );
  });

  it('would be stopped by the policy even if it were not text', async () => {
    const response = await fetch(`${stage.url}/zipkin/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(rule), `policy lacks ${rule}: ${policy}`);
    }
    assert.ok(!policy.includes('unsafe-inline') && !policy.includes('unsafe-eval'));
  });
});
