// SPDX-License-Identifier: Apache-2.0
// Copies a text and says so for a moment.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon, type IconName } from './icons';

const kSaidMs = 1_600;

/** The clipboard API needs https or localhost; a selection works everywhere else. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'visually-hidden';
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}

interface CopyProps {
  /** A function is asked at the click: for what may have changed since this was drawn. */
  readonly text: string | (() => string);
  /** What is copied: "trace id". */
  readonly what: string;
  readonly icon?: IconName;
  readonly label?: string;
}

export function CopyButton({ text, what, icon = 'copy', label }: CopyProps): JSX.Element {
  const copied = useSignal<boolean | undefined>(undefined);
  const copy = async () => {
    copied.value = await copyText(typeof text === 'string' ? text : text());
    setTimeout(() => {
      copied.value = undefined;
    }, kSaidMs);
  };
  const words =
    copied.value === undefined ? `Copy ${what}` : copied.value ? 'Copied' : 'Not copied';
  return (
    <button
      type="button"
      class={label === undefined ? 'icon-button' : 'button'}
      title={words}
      aria-label={words}
      onClick={copy}
    >
      <Icon name={copied.value ? 'check' : icon} />
      {label !== undefined && (copied.value === undefined ? label : words)}
    </button>
  );
}
