// SPDX-License-Identifier: Apache-2.0
// What a tag's value is, by its looks: JSON is indented, SQL gets its lines back, a stack keeps its
// own, a web address can be followed. The value itself is never changed, only what is shown.

export type ValueKind = 'empty' | 'text' | 'url' | 'json' | 'sql' | 'stack';

export interface ShownValue {
  readonly kind: ValueKind;
  readonly shown: string;
}

/** Longer ones are shown as they are: indenting them would take longer than reading them. */
const kParsedMax = 200_000;
const kSqlStart = /^\s*(select|insert|update|delete|with|create|alter|merge|replace|drop)\s/i;
const kSqlKeys = /(^|\.)(sql|db\.statement|db\.query\.text|statement)$/i;
/** The blank before a clause, but for those within `left join`. */
const kClauses = new RegExp(
  '(?<!\\b(?:left|right|inner|outer|full|cross))\\s+(?=(?:from|where|set|values|group by|' +
    'order by|having|limit|offset|union(?: all)?|returning|on conflict|on duplicate key|' +
    '(?:left |right |inner |outer |full |cross )*join)\\b)',
  'gi',
);
const kFrameLine = /^\s+(?:at |File "|\.\.\. \d+ more)/m;
const kStackHead = /^(?:Traceback \(most recent|Caused by: |goroutine \d)/m;

function indented(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || text.length > kParsedMax) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return indentJson(text);
}

/** By its characters, not by parsing and printing: that would round long numbers. */
function indentJson(text: string): string {
  let out = '';
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g) ?? []) {
    if (token === ']' || token === '}') {
      depth -= 1;
      out += /[[{]$/.test(out) ? token : line() + token;
      continue;
    }
    if (/[[{]$/.test(out)) out += line();
    out += token;
    if (token === '[' || token === '{') depth += 1;
    if (token === ',') out += line();
    if (token === ':') out += ' ';
  }
  return out;
}

/** A new line before each clause, outside quotes. */
function sqlLines(text: string): string {
  if (text.trim().includes('\n') || text.length > kParsedMax) return text;
  return text
    .split(/('(?:[^']|'')*'|"[^"]*"|`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(kClauses, '\n')))
    .join('');
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text)) return false;
  return URL.canParse(text);
}

export function readValue(key: string, text: string): ShownValue {
  if (text === '') return { kind: 'empty', shown: '' };
  if (isWebAddress(text)) return { kind: 'url', shown: text };
  const json = indented(text);
  if (json !== undefined) return { kind: 'json', shown: json };
  if (text.includes('\n') && (kFrameLine.test(text) || kStackHead.test(text)))
    return { kind: 'stack', shown: text };
  const isSql =
    kSqlStart.test(text) && (kSqlKeys.test(key) || /\s(from|into|set|table)\s/i.test(text));
  return isSql ? { kind: 'sql', shown: sqlLines(text) } : { kind: 'text', shown: text };
}
