// SPDX-License-Identifier: Apache-2.0
// The box in the top bar: whatever names a trace opens it, a service opens its search, and anything
// else is answered in words right below, with what the box takes.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { kLookupTakes, type Lookup, matchWord, readLookup } from '../core/lookup';
import { apiUrl, config, readNames } from './api';
import { Icon } from './icons';
import { fetchJson } from './resource';
import { navigate, place } from './router';
import { ServiceChip } from './service_chip';

interface Answer {
  readonly words: string;
  /** Services that come near. */
  readonly near: readonly string[];
}

const searchOf = (service: string) => `?${new URLSearchParams({ serviceName: service })}`;
const traceAt = (traceId: string, spanId?: string) => {
  return `traces/${traceId}${spanId === undefined ? '' : `?span=${spanId}`}`;
};

type Word = Lookup & { readonly kind: 'word' };

/** Where the word leads, or why nowhere. */
async function lookUpWord(found: Word, stop: AbortSignal): Promise<string | Answer> {
  const { word, traceId } = found;
  if (config.peek()?.searchEnabled === false) {
    return traceId === undefined
      ? { words: 'Search is switched off here.', near: [] }
      : traceAt(traceId);
  }
  const services = readNames(await fetchJson(apiUrl('services'), stop));
  const match = matchWord(found, services);
  if ('service' in match) return searchOf(match.service);
  if ('traceId' in match) return traceAt(match.traceId);
  const words =
    match.near.length > 0
      ? `No service is called “${word}”. These come near:`
      : `“${word}” is no service here. The box takes ${kLookupTakes}.`;
  return { words, near: match.near };
}

async function lookUp(text: string, stop: AbortSignal): Promise<string | Answer> {
  const found = readLookup(text, Date.now());
  if (found.kind === 'trace') return traceAt(found.traceId, found.spanId);
  if (found.kind === 'search') return `?${found.query}`;
  if (found.kind === 'refused') return { words: found.words, near: [] };
  try {
    return await lookUpWord(found, stop);
  } catch {
    return { words: 'clew did not answer which services there are. Try again.', near: [] };
  }
}

function AnswerPanel({ answer }: { readonly answer: Answer }): JSX.Element {
  return (
    <div class="lookup-answer">
      <p>{answer.words}</p>
      {answer.near.length > 0 && (
        <ul>
          {answer.near.map((service) => (
            <li key={service}>
              <a href={searchOf(service)}>
                <ServiceChip service={service} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The answer so far, and what asks for the next; the newest question wins. */
function useLookup() {
  const answer = useSignal<Answer | undefined>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  const forget = () => {
    running.current?.abort();
    answer.value = undefined;
  };
  const ask = async (field: HTMLInputElement) => {
    forget();
    const controller = new AbortController();
    running.current = controller;
    const found = await lookUp(field.value, controller.signal);
    if (controller.signal.aborted) return;
    if (typeof found !== 'string') {
      answer.value = found;
      return;
    }
    field.value = '';
    navigate(found);
  };
  return { answer, ask, forget };
}

export function TraceBox(): JSX.Element {
  const { answer, ask, forget } = useLookup();
  const { path, search } = place.value;
  // An answer belongs to the page it was given on.
  useEffect(() => forget, [path, search]);
  return (
    <form
      class="trace-id-form"
      role="search"
      aria-label="Open a trace"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('traceId');
        if (field instanceof HTMLInputElement) ask(field);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') forget();
      }}
    >
      <Icon name="search" />
      <input
        name="traceId"
        class="field trace-id-field"
        type="text"
        placeholder="Trace id, header, link or service"
        aria-label="Trace id, or a service"
        title={`Takes ${kLookupTakes}`}
        autocomplete="off"
        spellcheck={false}
        onInput={forget}
      />
      <div role="status">{answer.value !== undefined && <AnswerPanel answer={answer.value} />}</div>
    </form>
  );
}
