// SPDX-License-Identifier: Apache-2.0
// Where the server's answers are, and the shapes they must have: a body of another shape fails
// here, with words, and not deep inside a view.
import { signal } from '@preact/signals';
import type { ErrorRates } from '../core/links';
import type { DependencyLink, Span } from '../core/model';
import { kQueryDefaults, type QueryDefaults } from '../core/query';
import { urlOf } from './router';

export function apiUrl(path: string, query = ''): URL {
  return urlOf(`api/v2/${path}${query === '' ? '' : `?${query}`}`);
}

/** Where applications send spans: beside the page's own folder. */
export function ingestUrl(): URL {
  return urlOf('../api/v2/spans');
}

function listOf(body: unknown): readonly unknown[] {
  if (!Array.isArray(body)) throw new SyntaxError('not a list');
  return body;
}

export function readNames(body: unknown): string[] {
  return listOf(body).filter((name): name is string => typeof name === 'string');
}

export function readSpans(body: unknown): Span[] {
  return listOf(body) as Span[];
}

export function readTraces(body: unknown): Span[][] {
  return listOf(body).map(readSpans);
}

export function readLinks(body: unknown): DependencyLink[] {
  return listOf(body) as DependencyLink[];
}

export interface Config extends QueryDefaults {
  readonly searchEnabled: boolean;
  readonly dependencyEnabled: boolean;
  readonly errorRates: ErrorRates;
  /** Templates with `{traceId}`, as Zipkin's page has them; undefined where not configured. */
  readonly logsUrl?: string | undefined;
  readonly supportUrl?: string | undefined;
  readonly archivePostUrl?: string | undefined;
  readonly archiveUrl?: string | undefined;
}

export const kConfigDefaults: Config = {
  ...kQueryDefaults,
  searchEnabled: true,
  dependencyEnabled: true,
  errorRates: { low: 0.5, high: 0.75 },
};

/** Undefined until config.json came or failed to. */
export const config = signal<Config | undefined>(undefined);

interface RawConfig {
  readonly queryLimit?: unknown;
  readonly defaultLookback?: unknown;
  readonly searchEnabled?: unknown;
  readonly dependency?: {
    readonly enabled?: unknown;
    readonly lowErrorRate?: unknown;
    readonly highErrorRate?: unknown;
  };
  readonly logsUrl?: unknown;
  readonly supportUrl?: unknown;
  readonly archivePostUrl?: unknown;
  readonly archiveUrl?: unknown;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function positive(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value > 0 ? value : otherwise;
}

export function readConfig(body: unknown): Config {
  const raw = (body ?? {}) as RawConfig;
  return {
    limit: positive(raw.queryLimit, kConfigDefaults.limit),
    lookbackMs: positive(raw.defaultLookback, kConfigDefaults.lookbackMs),
    searchEnabled: raw.searchEnabled !== false,
    dependencyEnabled: raw.dependency?.enabled !== false,
    errorRates: {
      low: positive(raw.dependency?.lowErrorRate, kConfigDefaults.errorRates.low),
      high: positive(raw.dependency?.highErrorRate, kConfigDefaults.errorRates.high),
    },
    logsUrl: text(raw.logsUrl),
    supportUrl: text(raw.supportUrl),
    archivePostUrl: text(raw.archivePostUrl),
    archiveUrl: text(raw.archiveUrl),
  };
}

/** Missing values, or no config at all, mean Zipkin's defaults. */
export async function loadConfig(): Promise<void> {
  try {
    const response = await fetch(urlOf('config.json'));
    config.value = response.ok ? readConfig(await response.json()) : kConfigDefaults;
  } catch {
    config.value = kConfigDefaults;
  }
}
