// SPDX-License-Identifier: Apache-2.0
// Search inside one trace: plain text, any case, over what a person can read in a row and its
// details. The text of each row is gathered at the first search and kept with the trace.
import { halvesOf, type Row } from './trace';

const kTexts = new WeakMap<readonly Row[], readonly string[]>();

function textOf(row: Row): string {
  const parts = [row.service, row.name, row.remote ?? ''];
  for (const { span } of halvesOf(row)) {
    parts.push(span.id, span.kind ?? '', span.name ?? '', span.localEndpoint?.serviceName ?? '');
    const tags = span.tags ?? {};
    for (const key of Object.keys(tags)) parts.push(`${key}=${tags[key]}`);
    for (const annotation of span.annotations ?? []) parts.push(annotation.value);
  }
  return parts.join('\n').toLowerCase();
}

interface Wanted {
  readonly words: readonly string[];
  readonly services: readonly string[];
}

/** `service:cart` and `service:"a b"` ask for a whole name, every other word for a part. */
function wantedBy(text: string): Wanted {
  const services: string[] = [];
  const rest = text.toLowerCase().replace(/(?:^|\s)service:(?:"([^"]*)"|(\S+))/g, (_, a, b) => {
    services.push(a ?? b);
    return ' ';
  });
  return { services, words: rest.split(/\s+/).filter(Boolean) };
}

/** What to type to find the spans of a service. */
export function findService(service: string): string {
  return /[\s"]/.test(service) ? `service:"${service.replaceAll('"', '')}"` : `service:${service}`;
}

function isOf(row: Row, service: string): boolean {
  return halvesOf(row).some((half) => {
    const name = half.span.localEndpoint?.serviceName ?? row.service;
    return name.toLowerCase().replaceAll('"', '') === service;
  });
}

/** Indexes of the rows that contain every word of `text`, in row order. */
export function findRows(rows: readonly Row[], text: string): number[] {
  const { words, services } = wantedBy(text);
  if (words.length === 0 && services.length === 0) return [];
  if (words.length === 0) return findOf(rows, services);
  let texts = kTexts.get(rows);
  if (texts === undefined) {
    texts = rows.map(textOf);
    kTexts.set(rows, texts);
  }
  const found: number[] = [];
  for (let at = 0; at < texts.length; at += 1) {
    const haystack = texts[at] ?? '';
    if (words.every((word) => haystack.includes(word))) found.push(at);
  }
  return services.length === 0 ? found : findOf(rows, services, found);
}

function findOf(
  rows: readonly Row[],
  services: readonly string[],
  among?: readonly number[],
): number[] {
  const isWanted = (row: Row | undefined) =>
    row !== undefined && services.every((service) => isOf(row, service));
  if (among !== undefined) return among.filter((index) => isWanted(rows[index]));
  return rows.filter(isWanted).map((row) => row.index);
}

/** The match after (or before) a row, round the end; undefined without matches. */
export function nextMatch(
  matches: readonly number[],
  from: number,
  step: 1 | -1,
): number | undefined {
  if (step === 1) return matches.find((index) => index > from) ?? matches[0];
  return matches.findLast((index) => index < from) ?? matches.at(-1);
}
