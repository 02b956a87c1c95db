// SPDX-License-Identifier: Apache-2.0
// Every link with its counts: the complete answer, of which the map is a picture.
import type { JSX } from 'preact';
import { formatCount } from '../../core/duration';
import type { DependencyLink } from '../../core/model';
import { ServiceChip } from '../../ui/service_chip';

function traceSearch(parent: string, child: string): string {
  const asked = { serviceName: parent, remoteServiceName: child, lookback: '1d', limit: '50' };
  return `?${new URLSearchParams(asked)}`;
}

function errorShare(link: DependencyLink): string {
  const errors = link.errorCount ?? 0;
  if (errors === 0) return '';
  return `${((errors / link.callCount) * 100).toPrecision(2)} %`;
}

export function DependencyTable(props: { readonly links: readonly DependencyLink[] }): JSX.Element {
  const { links } = props;
  const sorted = [...links].sort((a, b) => b.callCount - a.callCount);
  return (
    <table class="link-table">
      <thead>
        <tr>
          <th scope="col">Caller</th>
          <th scope="col">Called</th>
          <th scope="col" class="number">
            Calls
          </th>
          <th scope="col" class="number">
            Errors
          </th>
          <th scope="col" class="number share">
            Share
          </th>
          <th scope="col">
            <span class="visually-hidden">Traces</span>
          </th>
        </tr>
      </thead>
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
            <td class="number share">{errorShare(link)}</td>
            <td>
              <a href={traceSearch(link.parent, link.child)}>Traces</a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
