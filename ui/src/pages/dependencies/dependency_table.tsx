// SPDX-License-Identifier: Apache-2.0
// Every link with its counts: the complete answer, of which the map is a picture.
import type { JSX } from 'preact';
import { formatCount } from '../../core/duration';
import { formatLinkQuery, type LinkQuery } from '../../core/link_query';
import { errorShare } from '../../core/links';
import type { DependencyLink } from '../../core/model';
import { visibleText } from '../../core/visible';
import { ServiceChip } from '../../ui/service_chip';
import { TableHead } from '../../ui/table_head';

const kColumns = [
  { words: 'Caller' },
  { words: 'Called' },
  { words: 'Calls', class: 'number' },
  { words: 'Errors', class: 'number' },
  { words: 'Error rate', class: 'number roomy' },
  { words: 'Traces', unseen: true },
];

/** `front → back` for those who hear it. */
export function callWords({ parent, child }: DependencyLink): string {
  return `calls from ${parent} to ${child}`;
}

/** The table's links, of the window on screen, whatever the time is when they are followed. */
export function edgeAddress(fixed: LinkQuery, link: DependencyLink): string {
  const { parent, child } = link;
  return `dependency?${formatLinkQuery({ ...fixed, find: '', edge: { parent, child } })}`;
}

export function DependencyTable(props: {
  readonly links: readonly DependencyLink[];
  readonly fixed: LinkQuery;
}): JSX.Element {
  const { links, fixed } = props;
  const sorted = [...links].sort((a, b) => b.callCount - a.callCount);
  return (
    <>
      <p class="link-note">
        <b>Traces</b> opens the traces in which the caller or the called service names the other;
        where neither does, all traces of the called service.
      </p>
      <table class="table link-table">
        <TableHead columns={kColumns} />
        <tbody>
          {sorted.map((link) => (
            <tr key={`${link.parent}\n${link.child}`}>
              <td>
                <ServiceChip service={link.parent} />
              </td>
              <td>
                <ServiceChip service={link.child} />
              </td>
              <td class="number">{formatCount(link.callCount)}</td>
              <td class="number">
                {(link.errorCount ?? 0) > 0 ? (
                  <span class="error-count">✕ {formatCount(link.errorCount ?? 0)}</span>
                ) : (
                  <span class="muted">0</span>
                )}
              </td>
              <td class="number roomy">{errorShare(link)}</td>
              <td>
                <a
                  href={edgeAddress(fixed, link)}
                  aria-label={`Traces of ${visibleText(callWords(link))}`}
                >
                  Traces
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
