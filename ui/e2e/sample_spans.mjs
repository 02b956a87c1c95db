// SPDX-License-Identifier: Apache-2.0
// Traces that tests post: shaped like the demo's (front calls middle calls back; client and server
// halves share an id), a hostile one, and large ones.
import { randomBytes } from 'node:crypto';

export const freshId = (bytes = 8) => {
  const id = randomBytes(bytes);
  id[0] |= 1;
  return id.toString('hex');
};

const kHop = 4_000;

function hop(traceId, parentId, caller, callee, start, duration, status = '200') {
  const id = freshId();
  const tags = { 'http.method': 'GET', 'http.path': `/${callee}`, 'http.status_code': status };
  const error = status.startsWith('5') ? { error: status } : {};
  const client = {
    traceId,
    parentId,
    id,
    kind: 'CLIENT',
    name: 'get',
    timestamp: start,
    duration,
    localEndpoint: { serviceName: caller, ipv4: '127.0.0.1' },
    remoteEndpoint: { serviceName: callee },
    tags: { ...tags, ...error },
  };
  const server = {
    traceId,
    parentId,
    id,
    kind: 'SERVER',
    name: 'get',
    timestamp: start + 900,
    duration: duration - 1_900,
    localEndpoint: { serviceName: callee, ipv4: '127.0.0.1', port: 8080 },
    annotations: [
      { timestamp: start + 1_500, value: `INFO ${callee}: reading the list` },
      { timestamp: start + duration - 2_200, value: `INFO ${callee}: done` },
    ],
    tags: { ...tags, ...error },
    shared: true,
  };
  return [client, server];
}

/** `services` in the order they call each other; `start` in µs. */
export function callChain(services, start, duration, status) {
  const traceId = freshId();
  const [first, ...rest] = services;
  const spans = [
    {
      traceId,
      id: traceId,
      kind: 'SERVER',
      name: 'get',
      timestamp: start,
      duration,
      localEndpoint: { serviceName: first, ipv4: '127.0.0.1', port: 8081 },
      annotations: [{ timestamp: start + 700, value: `INFO ${first}: request for 3 items` }],
      tags: { 'http.method': 'GET', 'http.path': '/', 'http.status_code': '200' },
      shared: true,
    },
  ];
  let caller = first;
  let parentId = traceId;
  rest.forEach((callee, at) => {
    const depth = at + 1;
    const isLast = depth === rest.length;
    const halves = hop(
      traceId,
      parentId,
      caller,
      callee,
      start + depth * kHop,
      duration - depth * 2 * kHop,
      isLast ? status : '200',
    );
    spans.push(...halves);
    parentId = halves[0].id;
    caller = callee;
  });
  return spans;
}

export const demoTrace = (start = Date.now() * 1000 - 2_000_000) =>
  callChain(['front', 'middle', 'back'], start, 52_000, '200');

export const kHostile = '<img src=x onerror="window.wasHacked=1;alert(1)">';

/** Every text a stranger can choose is markup. */
export function hostileTrace(start = Date.now() * 1000 - 1_000_000) {
  const traceId = freshId();
  const script = '<script>window.wasHacked=1</script>';
  return [
    {
      traceId,
      id: traceId,
      kind: 'SERVER',
      name: kHostile,
      timestamp: start,
      duration: 9_000,
      localEndpoint: { serviceName: `evil${kHostile}` },
      tags: {
        [kHostile]: kHostile,
        link: 'javascript:window.wasHacked=1',
        error: `${script}${kHostile}`,
      },
      annotations: [{ timestamp: start + 100, value: `log ${kHostile}` }],
    },
    {
      traceId,
      id: freshId(),
      parentId: traceId,
      kind: 'CLIENT',
      name: script,
      timestamp: start + 500,
      duration: 3_000,
      localEndpoint: { serviceName: `evil${kHostile}` },
      remoteEndpoint: { serviceName: `"><svg onload=alert(1)>` },
    },
  ];
}

/** `count` spans in one trace: fans of ten, twelve services. */
export function largeTrace(count, start = Date.now() * 1000 - 60_000_000) {
  const traceId = freshId();
  const ids = Array.from({ length: count }, (_, n) => (n === 0 ? traceId : freshId()));
  return ids.map((id, n) => ({
    traceId,
    id,
    ...(n > 0 && { parentId: ids[Math.floor((n - 1) / 10)] }),
    name: `step-${n % 23}`,
    timestamp: start + n * 40,
    duration: 200 + ((n * 7919) % 90_000),
    localEndpoint: { serviceName: `service-${n % 12}`, ipv4: `10.0.0.${n % 12}` },
    tags: { index: String(n), ...(n % 997 === 996 && { error: 'late' }) },
  }));
}
