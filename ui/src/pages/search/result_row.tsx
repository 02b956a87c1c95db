// SPDX-License-Identifier: Apache-2.0
// One trace of the list: an ordinary link of one fixed height, whatever is in it.
import type { JSX } from 'preact';
import { formatCount, formatKnownDuration } from '../../core/duration';
import { formatAge, formatClock, formatDay, formatMoment } from '../../core/instant';
import type { Summary } from '../../core/summary';
import { titleOf, wholeDuration } from '../../core/trace';
import { fitCount } from '../../draw/fit';
import { type LogScale, logShare } from '../../draw/log_scale';
import { now } from '../../ui/now';
import { ServiceChip, ServiceMark } from '../../ui/service_chip';
import { SpanText } from '../../ui/span_text';
import { textWidth } from '../../ui/text_width';
import { zone } from '../../ui/zone';

/** More names than this nobody reads in a line. */
const kChipsMax = 8;
/** As the style sheet has them, in pixels: mark and its gap, widest chip, gap, room for `+12`. */
const kMarkWidth = 27;
const kChipWidthMax = 200;
const kTightWidthMax = 104;
const kChipGap = 12;
const kRestWidth = 30;
const kAgeMsMax = 72_000_000;

function StartCell({ startUs }: { readonly startUs: number | undefined }): JSX.Element {
  if (startUs === undefined) return <span class="result-start muted">no start</span>;
  const ms = startUs / 1_000;
  return (
    <span class="result-start" title={formatMoment(ms, zone.value)}>
      <span class="result-clock">{formatClock(ms, zone.value)}</span>
      <span class="result-age">
        {now.value - ms > kAgeMsMax ? formatDay(ms, zone.value) : formatAge(ms, now.value)}
      </span>
    </span>
  );
}

function chipWords([service, count]: readonly [string, number]): string {
  if (count === 0) return `${service} (reported no spans itself)`;
  return `${service}: ${formatCount(count)} ${count === 1 ? 'span' : 'spans'}`;
}

/** How many names fit, each no wider than `most`. */
function chipsThatFit(services: Summary['services'], width: number, most: number): number {
  const widths = services.slice(0, kChipsMax).map(([service]) => {
    return Math.min(kMarkWidth + Math.ceil(textWidth(service)), most);
  });
  const isMore = services.length > kChipsMax;
  return fitCount(widths, isMore ? width - kRestWidth - kChipGap : width, kChipGap, kRestWidth);
}

/** Whole names when all fit, else more of them, shortened. */
function Services(props: { readonly row: Summary; readonly width: number }): JSX.Element {
  const { services } = props.row;
  const whole = chipsThatFit(services, props.width, kChipWidthMax);
  const isTight = whole < services.length;
  const fit = isTight ? chipsThatFit(services, props.width, kTightWidthMax) : whole;
  const rest = services.slice(fit);
  return (
    <span class={isTight ? 'result-services tight' : 'result-services'}>
      {services.slice(0, fit).map((each) => (
        <ServiceChip key={each[0]} service={each[0]} title={chipWords(each)} />
      ))}
      {rest.length > 0 && (
        <span class="chip-rest" title={rest.map(chipWords).join('\n')}>
          {fit === 0 ? `${rest.length} services` : `+${rest.length}`}
        </span>
      )}
    </span>
  );
}

function Root({ row }: { readonly row: Summary }): JSX.Element {
  return (
    <span class="result-root" title={titleOf(row)}>
      <ServiceMark service={row.service} />
      <span class="result-title">
        <b>
          <SpanText text={row.service} />
        </b>
        {row.name !== '' && (
          <span class="result-name">
            <SpanText text={row.name} />
          </span>
        )}
      </span>
      {row.rootMissing && (
        <span class="warning-mark" title="The root span of this trace is missing">
          ▲<span class="visually-hidden">root missing</span>
        </span>
      )}
    </span>
  );
}

export interface RowLook {
  readonly scale: LogScale;
  /** Room for the services, in pixels. */
  readonly servicesWidth: number;
}

export function ResultRow(props: {
  readonly row: Summary;
  readonly look: RowLook;
  readonly onFocus: () => void;
}): JSX.Element {
  const { row, look, onFocus } = props;
  const duration = wholeDuration(row);
  return (
    <a
      class="result"
      href={`traces/${row.traceId}`}
      data-trace={row.traceId}
      onFocus={onFocus}
      onClick={onFocus}
    >
      <StartCell startUs={row.start} />
      <Root row={row} />
      <Services row={row} width={look.servicesWidth} />
      <span class="result-errors">
        {row.failures > 0 && (
          <span class="error-count">
            ✕ {formatCount(row.failures)}
            <span class="visually-hidden"> failed spans</span>
          </span>
        )}
      </span>
      <span class="result-spans">
        {formatCount(row.spanCount)}{' '}
        <span class="unit">{row.spanCount === 1 ? 'span' : 'spans'}</span>
      </span>
      <span class="result-duration">
        <span class="meter">
          {duration !== undefined && (
            <span
              class="meter-fill"
              style={{ width: `${logShare(duration, look.scale) * 100}%` }}
            />
          )}
        </span>
        <span class="result-length">{formatKnownDuration(duration)}</span>
      </span>
    </a>
  );
}
