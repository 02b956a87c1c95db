// SPDX-License-Identifier: Apache-2.0
// Goal: a file that somebody kept opens, and one that does not says why.
// Method: every shape that Zipkin, its page and `zstd -dc | head` leave, and those of others.
import { describe, expect, it } from 'vitest';
import { readTraceFile } from './trace_file';

const span = (traceId: string, id: string) => ({ traceId, id, name: 'get' });
const a = [span('a1', '1'), span('a1', '2')];
const b = [span('b2', '1')];
const sizes = (text: string) => readTraceFile(text).traces.map((trace) => trace.length);

describe('a file of traces', () => {
  it.each([
    ['a list of spans', JSON.stringify(a), [2]],
    ['a list of traces', JSON.stringify([a, b]), [2, 1]],
    ['spans of several traces', JSON.stringify([...a, ...b]), [2, 1]],
    ['one span', JSON.stringify(a[0]), [1]],
    ['a trace a line', `${JSON.stringify(a)}\n${JSON.stringify(b)}\n`, [2, 1]],
    ['a span a line', `${JSON.stringify(a[0])}\r\n\r\n${JSON.stringify(b[0])}`, [1, 1]],
    ['a byte order mark', `\ufeff${JSON.stringify(a)}`, [2]],
    ['ids of mixed width', JSON.stringify([span('00a1', '1'), span('A1', '2')]), [2]],
  ])('%s', (_, text, lengths) => expect(sizes(text)).toEqual(lengths));
  it('leaves out what is no span and counts it', () => {
    const odd = [null, 7, 'x', {}, { traceId: 'a1' }, { traceId: 'zz', id: '1' }, span('a1', '0')];
    const file = readTraceFile(JSON.stringify([...odd, ...a]));
    expect([file.traces.length, file.skipped]).toEqual([1, odd.length]);
  });
  it('keeps spans as they were written', () => {
    expect(readTraceFile(JSON.stringify(a)).traces[0]).toEqual(a);
  });
  it.each([
    ['', 'There is nothing in it.'],
    ['  \n', 'There is nothing in it.'],
    ['[]', 'There is no Zipkin v2 span in it.'],
    ['{}', 'There is no Zipkin v2 span in it.'],
    ['"text"', 'There is no Zipkin v2 span in it.'],
    ['{"resourceSpans":[]}', 'It is OTLP JSON'],
    ['{"data":[{"traceID":"1"}]}', 'It is Jaeger’s JSON'],
    ['[{"traceId":"1","id":"2","binaryAnnotations":[]}]', 'It is Zipkin v1 JSON'],
    ['[{"traceId":', 'It is not JSON: '],
    ['<html>', 'It is not JSON: '],
    ['[1]\n[2', 'It is not JSON: '],
  ])('refuses %j in words', (text, words) => expect(() => readTraceFile(text)).toThrow(words));
});
