// SPDX-License-Identifier: Apache-2.0
// What can be done with a whole trace: its link, its spans as a file, and where the configuration
// says that logs, help and an archive are.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { apiUrl, config } from '../../ui/api';
import { CopyButton } from '../../ui/copy_button';
import { Icon } from '../../ui/icons';
import { archiveTrace } from './archive';
import { ownedLink } from './config_links';
import type { TraceState } from './trace_state';

function OutLink(props: { readonly href: string; readonly text: string }): JSX.Element {
  return (
    <a class="button" href={props.href} target="_blank" rel="noreferrer">
      {props.text}
      <span class="visually-hidden"> (new tab)</span>
    </a>
  );
}

function ArchiveButton(props: { readonly state: TraceState; readonly to: string }): JSX.Element {
  const { state, to } = props;
  const busy = useSignal(false);
  const done = useSignal(false);
  const archive = async () => {
    if (busy.value) return;
    busy.value = true;
    const fault = await archiveTrace(state.rawSpans, to);
    busy.value = false;
    done.value = fault === '';
    state.said.say(fault === '' ? 'Archived' : fault);
  };
  const shown = ownedLink(config.value?.archiveUrl, { traceId: state.trace.id });
  if (done.value && shown !== undefined) return <OutLink href={shown} text="Archived" />;
  return (
    <button type="button" class="button" aria-disabled={busy.value} onClick={archive}>
      {busy.value ? 'Archiving…' : done.value ? 'Archived' : 'Archive'}
    </button>
  );
}

export function TraceActions({ state }: { readonly state: TraceState }): JSX.Element {
  const { trace } = state;
  const logs = ownedLink(config.value?.logsUrl, { traceId: trace.id });
  const support = ownedLink(config.value?.supportUrl, { traceId: trace.id });
  const archive = ownedLink(config.value?.archivePostUrl, { traceId: trace.id });
  return (
    <div class="trace-actions">
      {logs !== undefined && <OutLink href={logs} text="Logs" />}
      {support !== undefined && <OutLink href={support} text="Support" />}
      {archive !== undefined && <ArchiveButton state={state} to={archive} />}
      <CopyButton text={() => state.link()} what="link to this page" icon="link" label="Link" />
      <a
        class="button"
        href={apiUrl(`trace/${trace.id}`).href}
        download={`${trace.id}.json`}
        aria-label="JSON"
        title="Download the spans as JSON, as received"
      >
        <Icon name="download" />
        <span class="action-text">JSON</span>
      </a>
    </div>
  );
}
