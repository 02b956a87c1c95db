// SPDX-License-Identifier: Apache-2.0
// A service's sign: its colour and its two characters, so that colour is never the only difference.
import type { JSX } from 'preact';
import { colourOf, markOf } from '../core/colours';
import { visibleText } from '../core/visible';
import { SpanText } from './span_text';

/** Classes that set `--hue` and `--ink`, and the pattern over them. `pattern` as of patternsOf. */
export function serviceLook(service: string, pattern: number | undefined): string {
  const own = `hue-${colourOf(service)}`;
  return pattern ? `${own} pattern-${pattern}` : own;
}

interface MarkProps {
  readonly service: string;
  /** Inside one trace; other pages have none. */
  readonly pattern?: number | undefined;
}

export function ServiceMark({ service, pattern }: MarkProps): JSX.Element {
  return (
    <span class={`mark ${serviceLook(service, pattern)}`} data-service={service} aria-hidden="true">
      {markOf(service)}
    </span>
  );
}

interface ChipProps extends MarkProps {
  readonly count?: number | undefined;
  readonly title?: string | undefined;
}

export function ServiceChip({ service, pattern, count, title }: ChipProps): JSX.Element {
  return (
    <span class="chip" title={title === undefined ? undefined : visibleText(title)}>
      <ServiceMark service={service} pattern={pattern} />
      <span class="chip-name">
        <SpanText text={service} />
      </span>
      {count !== undefined && <span class="chip-count">{count}</span>}
    </span>
  );
}
