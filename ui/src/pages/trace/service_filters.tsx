// SPDX-License-Identifier: Apache-2.0
// The trace's services: as many as fit in the line, all of them in a list behind a button. One
// press finds the spans of a service, another ends that.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { findService } from '../../core/find';
import { visibleText } from '../../core/visible';
import { ServiceChip } from '../../ui/service_chip';
import { useWidth } from '../../ui/use_width';
import type { TraceState } from './trace_state';

/** Of a chip without its name: mark, gaps, border. A letter is about this wide. */
const kChipPixels = 50;
const kLetterPixels = 7;
const kNameMost = 180;

function chipWidth(service: string, count: number): number {
  const name = Math.min(service.length * kLetterPixels, kNameMost);
  return kChipPixels + name + String(count).length * kLetterPixels;
}

function countFitting(services: readonly (readonly [string, number])[], width: number): number {
  let left = width;
  const end = services.findIndex(([service, count]) => {
    left -= chipWidth(service, count);
    return left < 0;
  });
  return end < 0 ? services.length : end;
}

/** `1 service`, `13 services`; `+5 services` behind those in the line. */
function restWords(count: number, fitting: number): string {
  const rest = count - fitting;
  return `${fitting === 0 ? '' : '+'}${rest} ${rest === 1 ? 'service' : 'services'}`;
}

function Chip(props: {
  readonly state: TraceState;
  readonly service: string;
  readonly count: number;
}): JSX.Element {
  const { state, service, count } = props;
  const wanted = findService(service);
  const isOn = state.findText.value === wanted;
  const what = count === 1 ? 'span' : 'spans';
  return (
    <button
      type="button"
      class="chip-button"
      aria-pressed={isOn}
      title={`${visibleText(service)}: ${count} ${what}; press to find them`}
      onClick={() => state.find(isOn ? '' : wanted)}
    >
      <ServiceChip service={service} pattern={state.patterns.get(service)} count={count} />
    </button>
  );
}

export function ServiceFilters({ state }: { readonly state: TraceState }): JSX.Element {
  const [line, width] = useWidth<HTMLDivElement>(400);
  const { services } = state.trace;
  const all = useMemo(() => [...services].sort(([, a], [, b]) => b - a), [services]);
  const fitting = countFitting(all, width);
  return (
    <>
      <div ref={line} class="chips">
        {all.slice(0, fitting).map(([service, count]) => (
          <Chip key={service} state={state} service={service} count={count} />
        ))}
      </div>
      {fitting < all.length && (
        <>
          <button type="button" class="button small" popovertarget="trace-services">
            {restWords(all.length, fitting)}
          </button>
          <div id="trace-services" class="services-list" popover="auto">
            <h2>Services, by spans</h2>
            {all.map(([service, count]) => (
              <Chip key={service} state={state} service={service} count={count} />
            ))}
          </div>
        </>
      )}
    </>
  );
}
