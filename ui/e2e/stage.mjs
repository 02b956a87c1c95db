// SPDX-License-Identifier: Apache-2.0
// What every test of the page stands on: a server (the one at CLEW_URL, else a stand-in), Debian's
// Chromium, and a page that fails the test when the browser complains: console errors, uncaught
// exceptions, refused content, requests to anywhere else, dialogs.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { startFakeServer } from './fake_server.mjs';
import { startFront } from './front_server.mjs';

export const kRealUrl = process.env.CLEW_URL?.replace(/\/+$/, '').replace(/\/zipkin$/, '');
const kDeadlineMs = 15_000;
export const kFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function findChromium() {
  if (process.env.CLEW_CHROMIUM) return process.env.CLEW_CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync);
  if (found === undefined) throw new Error('no Chromium on PATH: set CLEW_CHROMIUM');
  return found;
}

async function startServer() {
  return kRealUrl === undefined ? startFakeServer() : { url: kRealUrl, close: async () => {} };
}

/** With CLEW_PAGE, the folder of a build: that page instead of the one the server embeds. */
export async function withPageOf(server) {
  const folder = process.env.CLEW_PAGE;
  if (folder === undefined) return server;
  const front = await startFront(folder, server.url);
  const close = async () => {
    await front.close();
    await server.close();
  };
  return { url: front.url, close };
}

/** Reads what the page and the browser say against it; `expected` lines are allowed. */
function watch(page, origin) {
  const complaints = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    requests.push(request.url());
    if (!request.url().startsWith(origin)) complaints.push(`request to ${request.url()}`);
  });
  return { complaints, requests };
}

export class Stage {
  /** `server`: {url, close} to use instead of the usual one. */
  async open(server) {
    this.server = server ?? (await withPageOf(await startServer()));
    this.profile = mkdtempSync(join(tmpdir(), 'clew-page-'));
    this.browser = await chromium.launch({
      executablePath: findChromium(),
      args: [...kFlags, `--disk-cache-dir=${this.profile}`],
    });
  }

  async close() {
    await this.browser?.close();
    await this.server?.close();
    if (this.profile) rmSync(this.profile, { recursive: true, force: true });
  }

  get url() {
    return this.server.url;
  }

  /** Runs `body` with a fresh page, then asserts that nothing complained. */
  async withPage(body, { width = 1280, height = 800, scheme = 'light', expected = [] } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
    });
    context.setDefaultTimeout(kDeadlineMs);
    const page = await context.newPage();
    const seen = watch(page, this.url);
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    try {
      await body(page, seen);
      const left = seen.complaints.filter((line) => !expected.some((known) => known.test(line)));
      assert.deepEqual(left, []);
    } finally {
      await context.close();
    }
  }

  async visit(page, path) {
    await page.goto(`${this.url}/zipkin/${path}`);
  }

  async post(spans) {
    const response = await fetch(`${this.url}/api/v2/spans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(spans),
    });
    assert.equal(response.status, 202, await response.text());
    await this.waitForTrace(spans[0].traceId, spans.length);
  }

  /** Until the server gives all of a trace back. */
  async waitForTrace(traceId, count) {
    const deadline = Date.now() + kDeadlineMs;
    for (;;) {
      const response = await fetch(`${this.url}/api/v2/trace/${traceId}`);
      if (response.ok && (await response.json()).length >= count) return;
      assert.ok(Date.now() < deadline, `trace ${traceId} did not appear`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Waits until `read()` gives `wanted`; fails with what it gave last. */
export async function eventually(read, wanted) {
  const deadline = Date.now() + kDeadlineMs;
  let last = await read();
  while (JSON.stringify(last) !== JSON.stringify(wanted) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    last = await read();
  }
  assert.deepEqual(last, wanted);
}

export function rowOf(page, service) {
  return page
    .locator('.wf-row')
    .filter({ has: page.locator('.wf-service', { hasText: new RegExp(`^${service}$`) }) });
}

/** Service names of the rows on screen, from the top. */
export async function rowServices(page) {
  return page.locator('.wf-service').allTextContents();
}

/** `middle get` of the row the keyboard is at, by the grid's own word. */
export async function activeRow(page) {
  return page.evaluate(() => {
    const id = document.querySelector('[role=treegrid]')?.getAttribute('aria-activedescendant');
    const row = id && document.getElementById(id);
    return row ? `${row.querySelector('.wf-service').textContent}@${row.ariaLevel}` : null;
  });
}
