// SPDX-License-Identifier: Apache-2.0
// Takes a picture of a page for the documents, with the Chromium of the page's tests:
//   node tools/picture.mjs ADDRESS FILE
// The address is that of a running `clew serve`: http://127.0.0.1:9411/zipkin/traces/…
import { chromium } from 'playwright-core';
import { findChromium, kFlags } from '../e2e/stage.mjs';

const [address, file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node tools/picture.mjs ADDRESS FILE');
  process.exit(2);
}
const browser = await chromium.launch({ executablePath: findChromium(), args: kFlags });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.locator('main').waitFor();
  await page.mouse.move(640, 790);
  await page.screenshot({ path: file, animations: 'disabled' });
} finally {
  await browser.close();
}
