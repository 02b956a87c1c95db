// SPDX-License-Identifier: Apache-2.0
// A stand-in for `clew serve` in the page's tests, when there is no real one: keeps posted spans
// in a list, answers the part of Zipkin's API that the page asks, and serves dist/ with the same
// strict Content-Security-Policy. Listens on 127.0.0.1, on a port the system chooses.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kPolicy =
  "default-src 'self'; style-src 'self'; img-src 'self' data:; script-src 'self'; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const kConfig = {
  environment: '',
  queryLimit: 10,
  defaultLookback: 900000,
  searchEnabled: true,
  dependency: { enabled: true },
};

/** As `clew serve --autocomplete-keys`. */
const kSuggestedKeys = ['http.method', 'http.path'];

function readAssets() {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  return new Map(readdirSync(dist).map((name) => [name, readFileSync(dist + name)]));
}

/** As a Zipkin server stores them: span and service names in lower case. */
function folded(span) {
  const side = (endpoint) =>
    endpoint && { ...endpoint, serviceName: endpoint.serviceName?.toLowerCase() };
  return {
    ...span,
    name: span.name?.toLowerCase(),
    localEndpoint: side(span.localEndpoint),
    remoteEndpoint: side(span.remoteEndpoint),
  };
}

const unique = (names) => [...new Set(names.filter(Boolean))].sort();

function tracesOf(spans) {
  const traces = new Map();
  for (const span of spans) {
    if (!traces.has(span.traceId)) traces.set(span.traceId, []);
    traces.get(span.traceId).push(span);
  }
  return [...traces.values()];
}

function startOf(trace) {
  const root = trace.find((span) => !span.parentId && span.timestamp);
  return (
    root?.timestamp ?? Math.min(...trace.map((span) => span.timestamp ?? Number.POSITIVE_INFINITY))
  );
}

function conditionsOf(query) {
  const has = (name) => query.get(name) && query.get(name) !== 'all';
  const conditions = [];
  if (has('spanName')) conditions.push((span) => span.name === query.get('spanName'));
  if (has('remoteServiceName')) {
    conditions.push((span) => span.remoteEndpoint?.serviceName === query.get('remoteServiceName'));
  }
  if (query.get('minDuration')) {
    const most = Number(query.get('maxDuration') ?? Number.POSITIVE_INFINITY);
    const least = Number(query.get('minDuration'));
    conditions.push(({ duration = 0 }) => duration >= least && duration <= most);
  }
  for (const term of (query.get('annotationQuery') ?? '').split(' and ').filter(Boolean)) {
    const [key, ...rest] = term.split('=');
    const value = rest.join('=').trim();
    conditions.push((span) => {
      if (value !== '') return span.tags?.[key.trim()] === value;
      return (
        key.trim() in (span.tags ?? {}) ||
        span.annotations?.some((each) => each.value === key.trim())
      );
    });
  }
  return conditions;
}

function search(spans, query) {
  const service = query.get('serviceName');
  const end = Number(query.get('endTs') ?? Date.now()) * 1000;
  const begin = end - Number(query.get('lookback') ?? kConfig.defaultLookback) * 1000;
  const conditions = conditionsOf(query);
  return tracesOf(spans)
    .filter((trace) => {
      const start = startOf(trace);
      if (!(start >= begin && start <= end)) return false;
      const eligible = trace.filter(
        (span) => !service || span.localEndpoint?.serviceName === service,
      );
      return eligible.length > 0 && conditions.every((condition) => eligible.some(condition));
    })
    .sort((a, b) => startOf(b) - startOf(a))
    .slice(0, Number(query.get('limit') ?? 10));
}

function links(spans, query) {
  const counts = new Map();
  const end = Number(query.get('endTs') ?? Date.now()) * 1000;
  const begin = end - Number(query.get('lookback') ?? 86_400_000) * 1000;
  for (const trace of tracesOf(spans)) {
    const start = startOf(trace);
    if (!(start >= begin && start <= end)) continue;
    const clients = new Map(
      trace.filter((span) => span.kind === 'CLIENT').map((span) => [span.id, span]),
    );
    for (const span of trace) {
      if (span.kind !== 'SERVER') continue;
      const client = clients.get(span.id) ?? clients.get(span.parentId);
      if (client === undefined) continue;
      const [parent, child] = [client, span].map((each) => each.localEndpoint?.serviceName);
      const key = `${parent}\n${child}`;
      const link = counts.get(key) ?? { parent, child, callCount: 0, errorCount: 0 };
      link.callCount += 1;
      if ('error' in (span.tags ?? {})) link.errorCount += 1;
      counts.set(key, link);
    }
  }
  return [...counts.values()].map(({ errorCount, ...link }) =>
    errorCount ? { ...link, errorCount } : link,
  );
}

function answer(path, query, spans) {
  const ofService = spans.filter(
    (span) => span.localEndpoint?.serviceName === query.get('serviceName'),
  );
  if (path === 'services') return unique(spans.map((span) => span.localEndpoint?.serviceName));
  if (path === 'spans') return unique(ofService.map((span) => span.name));
  if (path === 'remoteServices')
    return unique(ofService.map((span) => span.remoteEndpoint?.serviceName));
  if (path === 'autocompleteKeys') return kSuggestedKeys;
  if (path === 'autocompleteValues') {
    return unique(spans.map((span) => span.tags?.[query.get('key')]));
  }
  if (path === 'traces') return search(spans, query);
  if (path === 'dependencies') return links(spans, query);
  if (path.startsWith('trace/')) {
    const trace = spans.filter((span) => span.traceId === decodeURIComponent(path.slice(6)));
    return trace.length === 0 ? undefined : trace;
  }
  return undefined;
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function send(response, status, type, body, headers = {}) {
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(body);
}

function sendPage(response, path, assets) {
  const isPage =
    path === '' ||
    path === 'index.html' ||
    path === 'dependency' ||
    path === 'traceViewer' ||
    path.startsWith('traces/');
  const name = isPage ? 'index.html' : path;
  const body = assets.get(name);
  if (body === undefined) return send(response, 404, 'text/plain', `${path} not found`);
  return send(response, 200, kTypes[extname(name)] ?? 'application/octet-stream', body, {
    'content-security-policy': kPolicy,
    'x-content-type-options': 'nosniff',
  });
}

/** Starts the server; `url` has no slash at its end. */
export async function startFakeServer() {
  const assets = readAssets();
  const spans = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const path = url.pathname.replace(/^\/zipkin(?=\/)/, '').replace(/^\//, '');
    if (request.method === 'POST' && path === 'api/v2/spans') {
      try {
        for (const span of JSON.parse(await bodyOf(request))) spans.push(folded(span));
        return send(response, 202, 'text/plain', '');
      } catch (error) {
        return send(
          response,
          400,
          'text/plain',
          `Malformed reading List<Span> from json: ${error.message}`,
        );
      }
    }
    if (path === 'config.json')
      return send(response, 200, 'application/json', JSON.stringify(kConfig));
    if (path.startsWith('api/v2/')) {
      const found = answer(path.slice(7), url.searchParams, spans);
      if (found === undefined) return send(response, 404, 'text/plain', `${path} not found`);
      return send(response, 200, 'application/json', JSON.stringify(found));
    }
    if (!url.pathname.startsWith('/zipkin/')) {
      return send(response, 302, 'text/plain', '', { location: '/zipkin/' });
    }
    return sendPage(response, path, assets);
  });
  await new Promise((resolve) =>
    server.listen(Number(process.env.CLEW_FAKE_PORT ?? 0), '127.0.0.1', resolve),
  );
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
