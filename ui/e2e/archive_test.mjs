// SPDX-License-Identifier: Apache-2.0
// Goal: a trace goes to an archive on another server, to which this page, by the policy that comes
// with it, may otherwise not talk.
// Method: `clew serve` with --ui-archive-post-url, and a small server that keeps what is posted.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { noBinary, startClew } from './clew_server.mjs';
import { callChain } from './sample_spans.mjs';
import { Stage } from './stage.mjs';

/** Lets pages of any origin post to it, as Zipkin's server does. */
async function startArchive() {
  const kept = [];
  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (request.method === 'POST') kept.push(await json(request));
    response.writeHead(202).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, kept, close: () => new Promise((resolve) => server.close(resolve)) };
}

describe('an archive on another server', { skip: noBinary }, () => {
  const stage = new Stage();
  let archive;

  before(async () => {
    archive = await startArchive();
    await stage.open(await startClew(['--ui-archive-post-url', `${archive.url}/api/v2/spans`]));
  });
  after(async () => {
    await stage.close();
    await archive?.close();
  });

  it('gets the spans that the page shows', async () => {
    const spans = callChain(['front', 'back'], Date.now() * 1_000 - 900_000, 40_000, '200');
    await stage.post(spans);
    const expected = [new RegExp(`^request to ${archive.url}/api/v2/spans$`)];
    await stage.withPage(
      async (page) => {
        await stage.visit(page, `traces/${spans[0].traceId}`);
        await page.getByRole('button', { name: 'Archive' }).click();
        await page.getByRole('status').getByText('Archived').waitFor();
      },
      { expected },
    );
    const [archived = []] = archive.kept;
    assert.equal(archived.length, spans.length);
    assert.equal(archived.filter((span) => span.tags?.['zipkin.archived'] === 'true').length, 1);
  });
});
