// SPDX-License-Identifier: Apache-2.0
// What is being typed, apart from what was asked: the address holds the asked query, this holds the
// form until it is sent. Also the lists the form suggests from.
import { type Signal, signal } from '@preact/signals';
import type { Span } from '../../core/model';
import { apiQuery, formatQuery, parseQuery, type SearchQuery } from '../../core/query';
import { type Summary, summarise } from '../../core/summary';
import { apiUrl, config, kConfigDefaults, readNames, readTraces } from '../../ui/api';
import { Resource } from '../../ui/resource';
import { navigate } from '../../ui/router';

function summariesOf(traces: readonly (readonly Span[])[]): Summary[] {
  return traces.map(summarise).filter((row) => row !== undefined);
}

export class SearchState {
  readonly form: Signal<SearchQuery>;
  /** What the address asks. */
  readonly asked: Signal<SearchQuery>;
  readonly services = new Resource<string[]>();
  readonly spanNames = new Resource<string[]>();
  readonly remoteServices = new Resource<string[]>();
  readonly results = new Resource<Summary[]>();
  /** When the results were asked for, milliseconds since 1970. */
  readonly askedAt = signal(Date.now());
  private namesFor = '';

  constructor(search: string) {
    this.asked = signal(parseQuery(search, config.peek() ?? kConfigDefaults));
    this.form = signal(this.asked.peek());
  }

  set(fields: Partial<SearchQuery>): void {
    this.form.value = { ...this.form.peek(), ...fields };
  }

  /** The address changed: the form follows, the search runs unless only the order changed. */
  follow(search: string): void {
    const next = parseQuery(search, config.peek() ?? kConfigDefaults);
    const same = apiQuery(next, 0) === apiQuery(this.asked.peek(), 0);
    this.asked.value = next;
    this.form.value = next;
    if (!same || this.results.state.peek().value === undefined) this.run();
  }

  run(): void {
    const at = Date.now();
    this.askedAt.value = at;
    this.services.load(apiUrl('services'), readNames);
    this.results.load(apiUrl('traces', apiQuery(this.asked.peek(), at)), (body) =>
      summariesOf(readTraces(body)),
    );
    this.loadNames();
  }

  /** The form was sent: a new address when it asks something else, else the same question again. */
  submit(): void {
    const [form, asked] = [this.form.peek(), this.asked.peek()];
    const isNew = formatQuery(form) !== formatQuery(asked) || globalThis.location.search === '';
    if (isNew) navigate(`?${formatQuery(form)}`);
    if (apiQuery(form, 0) === apiQuery(asked, 0)) this.run();
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

  cancel(): void {
    for (const each of [this.services, this.spanNames, this.remoteServices, this.results]) {
      each.cancel();
    }
  }
}
