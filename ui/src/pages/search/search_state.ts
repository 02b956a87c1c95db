// SPDX-License-Identifier: Apache-2.0
// What is being typed, apart from what was asked: the address holds the asked query, this holds the
// form until it is sent. Also the lists the form suggests from, and the row the keyboard is at.
import { computed, type Signal, signal } from '@preact/signals';
import { apiQuery, formatQuery, parseQuery, type SearchQuery } from '../../core/query';
import { matchingSummaries, sortSummaries } from '../../core/summary';
import { apiUrl, config, kConfigDefaults, readNames } from '../../ui/api';
import { Resource } from '../../ui/resource';
import { navigate } from '../../ui/router';
import { type Found, readResults } from './read_results';
import { keep, type Spot, takeKept } from './search_memory';

export class SearchState {
  readonly form: Signal<SearchQuery>;
  /** What the address asks. */
  readonly asked: Signal<SearchQuery>;
  readonly services = new Resource<string[]>();
  readonly spanNames = new Resource<string[]>();
  readonly remoteServices = new Resource<string[]>();
  readonly tagKeys = new Resource<string[]>();
  readonly tagValues = new Resource<string[]>();
  readonly results = new Resource<Found>();
  /** When the results were asked for, milliseconds since 1970. */
  readonly askedAt = signal(Date.now());
  /** Text that the rows in view must have in them. */
  readonly filter = signal('');
  readonly shown = computed(() => {
    const rows = this.results.state.value.value?.rows ?? [];
    return matchingSummaries(sortSummaries(rows, this.asked.value.sort), this.filter.value);
  });
  /** Trace id of the row where the focus is or was. */
  readonly cursor = signal<string | undefined>(undefined);
  /** Counts requests to show the cursor's row and to put the focus on it. */
  readonly reveals = signal(0);
  /** Where to be once the list is there again. */
  readonly spot = signal<Spot | undefined>(undefined);
  /** The tag key whose values are suggested. */
  readonly valuesOf = signal('');
  private namesFor = '';

  constructor(search: string) {
    this.asked = signal(parseQuery(search, config.peek() ?? kConfigDefaults));
    this.form = signal(this.asked.peek());
  }

  set(fields: Partial<SearchQuery>): void {
    this.form.value = { ...this.form.peek(), ...fields };
  }

  /** The address changed: the form follows, the search runs unless only the order changed. */
  follow(search: string, key: string): void {
    const next = parseQuery(search, config.peek() ?? kConfigDefaults);
    const same = apiQuery(next, 0) === apiQuery(this.asked.peek(), 0);
    const kept = takeKept(key);
    const unsent = same ? { ...this.form.peek(), sort: next.sort } : next;
    this.asked.value = next;
    this.form.value = kept?.form ?? unsent;
    this.spot.value = kept;
    if (kept !== undefined || !same) this.cursor.value = kept?.traceId;
    if (!same) this.filter.value = '';
    if (kept?.found !== undefined) this.restore(kept.found, kept.askedAt);
    else if (!same || this.results.state.peek().value === undefined) this.run();
  }

  private restore(found: Found, askedAt: number | undefined): void {
    this.askedAt.value = askedAt ?? Date.now();
    this.results.restore(found, () => this.run());
    this.loadSuggestions();
  }

  /** Before another entry is in view: what to find again in this one. */
  keep(key: string, scroll: number): void {
    const { busy, failure, value } = this.results.state.peek();
    const isWhole = value !== undefined && !busy && failure === undefined;
    const spot = { scroll, traceId: this.cursor.peek(), form: this.form.peek() };
    keep(key, spot, isWhole ? { found: value, askedAt: this.askedAt.peek() } : undefined);
  }

  run(): void {
    const at = Date.now();
    this.askedAt.value = at;
    this.results.stream(apiUrl('traces', apiQuery(this.asked.peek(), at)), readResults);
    this.loadSuggestions();
  }

  /** The form was sent: a new address when it asks something else, else the same question again. */
  submit(): void {
    const [form, asked] = [this.form.peek(), this.asked.peek()];
    const isNew = formatQuery(form) !== formatQuery(asked) || globalThis.location.search === '';
    const again = apiQuery(form, 0) === apiQuery(asked, 0);
    if (isNew) navigate(`?${formatQuery(form)}`);
    if (again) this.run();
  }

  private loadSuggestions(): void {
    this.services.load(apiUrl('services'), readNames);
    if (this.tagKeys.state.peek().value === undefined) {
      this.tagKeys.load(apiUrl('autocompleteKeys'), readNames);
    }
    this.loadNames();
  }

  /** Suggestions for the service in the form; nothing is asked twice in a row. */
  loadNames(): void {
    const service = this.form.peek().serviceName.trim();
    if (service === '' || service === this.namesFor) return;
    this.namesFor = service;
    const query = new URLSearchParams({ serviceName: service }).toString();
    this.spanNames.load(apiUrl('spans', query), readNames);
    this.remoteServices.load(apiUrl('remoteServices', query), readNames);
  }

  /** Values of a tag that is being typed. */
  loadTagValues(key: string): void {
    if (key === this.valuesOf.peek()) return;
    this.valuesOf.value = key;
    this.tagValues.clear();
    const query = new URLSearchParams({ key }).toString();
    this.tagValues.load(apiUrl('autocompleteValues', query), readNames);
  }

  /** Puts the focus on a row, wherever it is in the list. */
  goTo(traceId: string): void {
    this.cursor.value = traceId;
    this.reveals.value += 1;
  }

  /** Moves over the rows; from outside the list to the first. */
  step(by: number): boolean {
    const rows = this.shown.peek();
    const at = rows.findIndex((row) => row.traceId === this.cursor.peek());
    const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
    const row = rows[to];
    if (row !== undefined) this.goTo(row.traceId);
    return row !== undefined;
  }

  cancel(): void {
    const names = [this.services, this.spanNames, this.remoteServices];
    for (const each of [...names, this.tagKeys, this.tagValues, this.results]) each.cancel();
  }
}
