// SPDX-License-Identifier: Apache-2.0
// One trace of any size, the same for the same seed: twelve services, at most twelve levels, kinds,
// tags, a few failures and log lines. Made and posted in pieces, so that size costs no memory here.
import { postJson } from './clew_server.mjs';

const kSpansPerPost = 5_000;
const kLevelsMax = 12;
const kServices =
  'edge sessions basket orders billing stock prices search hints users-db cache mailer'.split(' ');
const kOperations = [
  'get /parcels/{id}',
  'post /basket',
  'select rows',
  'get key',
  'publish order.made',
  'price.Quotes/Ask',
  'get /health',
  'update stock',
  'consume order.made',
  'render page',
];
const kKinds = ['SERVER', 'CLIENT', undefined, undefined, 'PRODUCER', 'CONSUMER'];

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function spanOf(traceId, place, n) {
  const hex = (id) => id.toString(16).padStart(16, '0');
  const { parent, start, duration, service, operation } = place;
  return {
    traceId,
    id: hex(n),
    ...(parent > 0 && { parentId: hex(parent) }),
    name: kOperations[operation],
    timestamp: Math.round(start),
    duration: Math.max(1, Math.round(duration)),
    localEndpoint: { serviceName: kServices[service], ipv4: `10.2.0.${service + 1}` },
    ...(kKinds[n % 6] && { kind: kKinds[n % 6] }),
    tags: {
      'http.path': `/parcels/${n % 983}`,
      region: n % 3 === 0 ? 'north' : 'south',
      'db.rows': String(n % 47),
      ...(n % 1_511 === 7 && { error: 'timed out after 30 s' }),
    },
    ...(n % 50 === 9 && {
      annotations: [{ timestamp: Math.round(start + duration / 2), value: 'not in the cache' }],
    }),
  };
}

/** The spans, one after the other; parents come before their children. */
export function* largeTraceSpans(traceId, count, seed = 7) {
  const random = randomOf(seed);
  const length = Math.max(2_000_000, count * 30);
  const begin = Date.now() * 1_000 - 60_000_000 - length;
  const places = [
    { parent: 0, start: begin, duration: length, level: 1, service: 0, operation: 0 },
  ];
  yield spanOf(traceId, places[0], 1);
  while (places.length < count) {
    const at = Math.floor(random() * places.length);
    const above = places[at];
    if (above.level >= kLevelsMax) continue;
    const duration = Math.max(1, above.duration * (0.02 + 0.4 * random() * random()));
    const place = {
      parent: at + 1,
      start: above.start + random() * (above.duration - duration),
      duration,
      level: above.level + 1,
      service: random() < 0.6 ? above.service : Math.floor(random() * kServices.length),
      operation: Math.floor(random() * kOperations.length),
    };
    places.push(place);
    yield spanOf(traceId, place, places.length);
  }
}

/** Makes the trace and posts it. */
export async function postLargeTrace(url, traceId, count, seed) {
  let batch = [];
  for (const span of largeTraceSpans(traceId, count, seed)) {
    batch.push(span);
    if (batch.length < kSpansPerPost) continue;
    await postJson(url, JSON.stringify(batch));
    batch = [];
  }
  if (batch.length > 0) await postJson(url, JSON.stringify(batch));
}
