// SPDX-License-Identifier: Apache-2.0
// Zipkin's `annotationQuery` as a list of terms: `error and http.method=GET`. A term is a key (a
// tag, or the text of an annotation) or key=value.

const kJoin = ' and ';

export function termsOf(query: string): string[] {
  return query
    .split(kJoin)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

export function hasTerm(query: string, term: string): boolean {
  return termsOf(query).includes(term);
}

/** Adds the term at the end, or takes it out wherever it stands. */
export function withTerm(query: string, term: string, wanted: boolean): string {
  const others = termsOf(query).filter((each) => each !== term);
  return (wanted ? [...others, term] : others).join(kJoin);
}

export interface OpenTerm {
  /** What stands before the term that is being typed, with its ` and `. */
  readonly before: string;
  readonly key: string;
  /** Undefined while the key is being typed. */
  readonly value: string | undefined;
}

/** The last term: it is the one that is being typed. */
export function openTerm(query: string): OpenTerm {
  const from = query.lastIndexOf(kJoin);
  const before = from < 0 ? '' : query.slice(0, from + kJoin.length);
  const term = query.slice(before.length);
  const equals = term.indexOf('=');
  if (equals < 0) return { before, key: term.trim(), value: undefined };
  return { before, key: term.slice(0, equals).trim(), value: term.slice(equals + 1).trim() };
}

/** Whole queries that the open term may become: keys with their `=`, or values of its key. */
export function completions(
  query: string,
  keys: readonly string[],
  values: readonly string[],
): string[] {
  const { before, key, value } = openTerm(query);
  const wanted = (value ?? key).toLowerCase();
  const names = value === undefined ? keys : values;
  return names
    .filter((name) => name.toLowerCase().includes(wanted))
    .map((name) => (value === undefined ? `${before}${name}=` : `${before}${key}=${name}`));
}
