// SPDX-License-Identifier: Apache-2.0
// A service's sign: its hue and its two letters, so that colour is never the only difference.
import type { JSX } from 'preact';
import { markOf } from '../core/colours';

interface MarkProps {
  readonly service: string;
  readonly hue: number | undefined;
}

export function ServiceMark({ service, hue }: MarkProps): JSX.Element {
  return (
    <span class={`mark hue-${hue ?? 0}`} aria-hidden="true">
      {markOf(service)}
    </span>
  );
}

interface ChipProps extends MarkProps {
  readonly count?: number | undefined;
  readonly title?: string | undefined;
}

export function ServiceChip({ service, hue, count, title }: ChipProps): JSX.Element {
  return (
    <span class="chip" title={title}>
      <ServiceMark service={service} hue={hue} />
      <span class="chip-name">{service}</span>
      {count !== undefined && <span class="chip-count">{count}</span>}
    </span>
  );
}
