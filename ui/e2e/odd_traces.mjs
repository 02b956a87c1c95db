// SPDX-License-Identifier: Apache-2.0
// Traces that a page tends to get wrong, one a kind, each by a name that says what is odd about it.
// Spans are written by hand or by a loop, never at random: the same picture every time.

/** A trace id that says where it comes from. */
const idOf = (n) => `0dd${n.toString(16).padStart(13, '0')}`;
const spanId = (n) => n.toString(16).padStart(16, '0');

/** Adds spans to one trace; times in µs after `at`. */
class Trace {
  constructor(n, at) {
    this.id = idOf(n);
    this.at = at;
    this.spans = [];
  }

  add(id, parent, service, name, start, duration, more = {}) {
    const { ip = '10.1.0.1', ...rest } = more;
    this.spans.push({
      traceId: this.id,
      id: spanId(id),
      ...(parent !== undefined && { parentId: spanId(parent) }),
      name,
      ...(start !== undefined && { timestamp: this.at + start }),
      ...(duration !== undefined && { duration }),
      localEndpoint: { serviceName: service, ipv4: ip, port: 8080 },
      ...rest,
    });
    return this;
  }
}

const kLongService =
  'org.example.logistics.northern-region.consignment-reconciliation-worker-v3-preview';
const kLongSql = [
  'SELECT s.id, s.reference, w.code',
  'FROM shipments s',
  '  JOIN warehouses w ON w.id = s.warehouse_id',
  'WHERE s.closed = 0',
  `ORDER BY s.id ${'/* filler */ '.repeat(220)}`,
].join('\n');

function longNames(trace) {
  const route = ['tenants', 'regions', 'warehouses', 'shipments', 'parcels']
    .map((name) => `${name}/{${name.slice(0, -1)}Id}`)
    .join('/');
  trace.add(1, undefined, kLongService, `PUT /api/v2/${route}/corrections`, 0, 640_000, {
    kind: 'SERVER',
  });
  trace.add(2, 1, kLongService, kLongSql.slice(0, 300), 18_000, 410_000, {
    kind: 'CLIENT',
    remoteEndpoint: { serviceName: 'warehouse-primary-north-2b.cluster-k3d9.db.example.net' },
    tags: {
      'db.statement': kLongSql,
      'a.key.that.is.longer.than.any.column.of.a.table.should.ever.have.to.be': '1',
      'body.json': '{"shipment":{"id":71,"parcels":[1,2,3]},"note":"fragile"}',
      'http.url': 'https://shop.example.com/a/b?c=d&e=f#g',
      'exception.stacktrace': [
        'Traceback (most recent call last):',
        '  File "ship.py", line 71, in send',
        '    raise OSError("no route")',
        'OSError: no route',
      ].join('\n'),
      blank: '',
    },
  });
}

function anyScript(trace) {
  trace.add(1, undefined, 'خدمة-الشحن', 'استعلام /طرود/{رقم}', 0, 90_000, {
    kind: 'SERVER',
    tags: {
      owner: 'سلمى <i>slanted</i> & "quoted"',
      'file.name': 'report\u202Efdp.exe\u202C',
      invisible: 'a\u200Bb\u2060c',
      picture: '📦👩‍🚀 done',
      markup: '<svg onload=alert(2)>',
    },
  });
  trace.add(2, 1, '仓库服务', '查询包裹', 4_000, 35_000, {
    kind: 'CLIENT',
    annotations: [{ timestamp: trace.at + 6_000, value: '日志: 重试 📦' }],
  });
  trace.add(3, 1, '<u>service</u>', '<script>alert(3)</script>', 42_000, 21_000);
  trace.add(4, 1, '🐙-mail', 'two\nlines\tand a tab', 66_000, 9_000);
}

function outlivesItsParent(trace) {
  trace.add(1, undefined, 'orders', 'publish', 0, 1_800, { kind: 'PRODUCER' });
  trace.add(2, 1, 'billing', 'consume', 870_000, 44_000, { kind: 'CONSUMER' });
  trace.add(3, 2, 'billing', 'charge again', 58_000_000, 1_000);
}

function rootsAndGaps(trace) {
  trace.add(1, undefined, 'edge', 'first root', 0, 120_000, { kind: 'SERVER' });
  trace.add(2, undefined, 'nightly', 'second root', 60_000, 90_000, { kind: 'SERVER' });
  trace.add(3, 0x91, 'core', 'parent unknown', 20_000, 12_000);
  trace.add(4, 0x92, 'core', 'parent unknown too', 31_000, 12_000);
  trace.add(5, 1, 'core', 'no length', 33_000, 0);
  trace.add(6, 1, 'core', 'no start', undefined, undefined);
  trace.add(7, 1, 'core', 'no duration', 41_000, undefined);
}

function ring(trace) {
  trace.add(1, 2, 'left', 'calls right', 0, 400);
  trace.add(2, 1, 'right', 'calls left', 30, 300);
  trace.add(3, 0x77, 'aside', 'parent unknown', 60, 90);
}

function failures(trace) {
  const line = (n) => {
    const level = n % 4 === 0 ? 'ERROR' : 'INFO';
    return `${level} object-server: try ${n} of 10.9.0.${n % 7}:6200/sdb1 gave up after 0.${n} s`;
  };
  const annotations = Array.from({ length: 120 }, (_, n) => ({
    timestamp: trace.at + 2_000 + n * 8_500,
    value: line(n),
  }));
  const status = { 'http.status_code': '503' };
  trace.add(1, undefined, 'object-proxy', 'put /v1/{account}/{container}', 0, 1_150_000, {
    kind: 'SERVER',
    tags: { ...status, error: '' },
  });
  trace.add(2, 1, 'object-store', 'put', 1_500, 1_090_000, {
    kind: 'SERVER',
    tags: { ...status, error: 'ConnectionTimeout (10.0 s)' },
    annotations,
  });
  trace.add(3, 1, 'object-store', 'put', 1_500, 51_000, { kind: 'SERVER', tags: status });
  trace.add(4, 1, 'object-store', 'put', 1_500, 48_000, {
    kind: 'SERVER',
    tags: { 'otel.status_code': 'ERROR' },
  });
}

function twoHundredDeep(trace) {
  for (let n = 1; n <= 200; n += 1) {
    const name = `step ${n} of the chain that never ends`;
    trace.add(n, n > 1 ? n - 1 : undefined, `hop-${n % 13}`, name, n * 90, 95_000 - n * 190, {
      kind: 'SERVER',
    });
  }
}

function manyEqualLeaves(trace) {
  trace.add(1, undefined, 'catalogue', 'get /products', 0, 990_000, { kind: 'SERVER' });
  for (let n = 2; n <= 501; n += 1) {
    trace.add(n, 1, 'catalogue', 'select price', n * 1_850, 1_400, {
      kind: 'CLIENT',
      remoteEndpoint: { serviceName: 'postgres' },
    });
  }
}

function clocksApart(trace) {
  trace.add(1, undefined, 'browser', 'get', 0, 110_000, { kind: 'CLIENT', ip: '10.1.0.1' });
  trace.add(1, undefined, 'shop', 'get', -4_200_000, 85_000, {
    kind: 'SERVER',
    ip: '10.1.0.2',
    shared: true,
  });
  trace.add(3, 1, 'shop', 'select', -4_190_000, 31_000, { kind: 'CLIENT', ip: '10.1.0.2' });
}

/** What every tracer with a clock of milliseconds reports: both halves begin together. */
function sameMillisecond(trace) {
  trace.add(1, undefined, 'web', 'get', 0, 40_000, { kind: 'CLIENT', ip: '10.1.0.1' });
  trace.add(1, undefined, 'api', 'get', 0, 38_000, {
    kind: 'SERVER',
    ip: '10.1.0.2',
    shared: true,
  });
}

function threeDays(trace) {
  const day = 86_400_000_000;
  trace.add(1, undefined, 'workflow', 'settle the month', -3 * day, 3 * day, { kind: 'SERVER' });
  trace.add(2, 1, 'worker', 'one step', -70_000_000, 4_000);
}

function microseconds(trace) {
  trace.add(1, undefined, 'ticker', 'tick', 0, 4);
  trace.add(2, 1, 'ticker', 'tock', 1, 1);
}

function fortyServices(trace) {
  trace.add(1, undefined, 'fan-out', 'ask everybody', 0, 1_000_000, { kind: 'SERVER' });
  for (let n = 2; n <= 45; n += 1) {
    trace.add(n, 1, `shard-number-${n}`, `read part ${n}`, n * 21_000, 16_000, { kind: 'CLIENT' });
  }
}

function beyondDates(trace) {
  trace.add(1, undefined, 'far-future', 'later', undefined, 7);
  // Written as a string of digits: the largest i64, which no double holds.
  trace.spans[0].timestamp = kFarTimestamp;
}

function nameAndStartOnly(trace) {
  const { id: traceId, at: timestamp } = trace;
  trace.spans.push({ traceId, id: spanId(1), timestamp, name: 'gateway.access' });
}

function noTimes(trace) {
  trace.add(1, undefined, 'timeless', 'above', undefined, undefined);
  trace.add(2, 1, 'timeless', 'below', undefined, undefined);
}

function plainError(trace) {
  trace.add(1, undefined, 'shop', 'post /orders', 0, 30_000, { kind: 'SERVER' });
  trace.add(2, 1, 'shop', 'insert order', 4_000, 20_000, {
    kind: 'CLIENT',
    remoteEndpoint: { serviceName: 'postgres', ipv4: '10.1.0.9', port: 5432 },
    tags: { error: 'duplicate key', 'db.rows': '0' },
  });
}

/** Stands for a timestamp that JavaScript cannot write as a number; see `jsonOf`. */
const kFarTimestamp = '@9223372036854775807';

const kMakers = {
  longNames,
  anyScript,
  outlivesItsParent,
  rootsAndGaps,
  ring,
  failures,
  twoHundredDeep,
  manyEqualLeaves,
  clocksApart,
  sameMillisecond,
  threeDays,
  microseconds,
  fortyServices,
  beyondDates,
  nameAndStartOnly,
  noTimes,
  plainError,
};

/** {name: {id, spans}} of every odd trace; they begin at `at`, in µs since the epoch. */
export function oddTraces(at) {
  const pairs = Object.entries(kMakers).map(([name, make], n) => {
    const trace = new Trace(n + 1, at);
    make(trace);
    return [name, { id: trace.id, spans: trace.spans }];
  });
  return Object.fromEntries(pairs);
}

/** Spans as a sender would write them, numbers beyond a double's reach included. */
export function jsonOf(spans) {
  return JSON.stringify(spans).replaceAll(/"@(\d+)"/g, '$1');
}
