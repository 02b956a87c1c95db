// SPDX-License-Identifier: Apache-2.0
// Serves a build of the page from a folder and passes everything else on to a running clew (or the
// stand-in), so that the page under test is the one that was just built, whatever the server has
// embedded. Listens on 127.0.0.1, on a port the system chooses.
import { readdirSync, readFileSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { kPolicy } from './fake_server.mjs';

const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

function readFiles(folder) {
  const names = readdirSync(folder).filter((name) => extname(name) in kTypes);
  return new Map(
    names.map((name) => {
      const body = readFileSync(join(folder, name));
      const isHashed = /-[\w-]{8}\.(js|css)$/.test(name);
      return [name, { body, gzip: gzipSync(body), isHashed }];
    }),
  );
}

function sendFile(request, response, name, file) {
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    'content-type': kTypes[extname(name)],
    'content-security-policy': kPolicy,
    'x-content-type-options': 'nosniff',
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
  response.end(zipped ? file.gzip : file.body);
}

function passOn(request, response, target) {
  const { hostname, port } = new URL(target);
  const onward = ask(
    { hostname, port, path: request.url, method: request.method, headers: request.headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** Which addresses below /zipkin/ belong to the server; the page has all others. */
const kServersOwn = /^(api\/|config\.json$)/;

/** Starts it; `folder` is a build of the page, `target` the address of the server behind. */
export async function startFront(folder, target) {
  const files = readFiles(folder);
  const server = createServer((request, response) => {
    const path = new URL(request.url, target).pathname;
    const own = path.startsWith('/zipkin/') ? path.slice('/zipkin/'.length) : undefined;
    if (own === undefined || kServersOwn.test(own)) return passOn(request, response, target);
    const name = files.has(own) ? own : 'index.html';
    return sendFile(request, response, name, files.get(name));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
