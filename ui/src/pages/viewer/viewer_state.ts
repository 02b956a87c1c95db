// SPDX-License-Identifier: Apache-2.0
// The file that is open, kept for as long as this tab: a way back from one of its traces finds it
// again. Nothing of it goes to the server or into the browser's storage.
import { signal } from '@preact/signals';
import { readTraceFile, type TraceFile, TraceFileError } from '../../core/trace_file';
import { navigate } from '../../ui/router';

/** Of the text, unpacked. */
export const kFileBytesMax = 64 * 1024 * 1024;

export interface OpenFile extends TraceFile {
  readonly name: string;
}

export const openFile = signal<OpenFile | undefined>(undefined);
/** Why the last one was refused, or ''. */
export const refusal = signal('');

const kTooLarge = `It is larger than ${kFileBytesMax / 1024 / 1024} MB.`;

async function isGzip(file: Blob): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b;
}

/** The text of a file, or of what is packed in it; never more than the bound. */
async function textOf(file: Blob): Promise<string> {
  const isPacked = await isGzip(file);
  const bytes = isPacked
    ? file.stream().pipeThrough(new DecompressionStream('gzip'))
    : file.stream();
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > kFileBytesMax) {
      await reader.cancel();
      throw new TraceFileError(kTooLarge);
    }
    text += decoder.decode(value, { stream: true });
  }
}

let newest: Blob | undefined;

/** Opens `file`, or says why not; of two in a hurry the later one stays. */
export async function open(file: Blob, name: string): Promise<void> {
  newest = file;
  try {
    const read = readTraceFile(await textOf(file));
    if (newest !== file) return;
    openFile.value = { ...read, name };
    refusal.value = '';
    navigate('traceViewer');
  } catch (fault) {
    if (newest !== file) return;
    const isKnown = fault instanceof TraceFileError;
    refusal.value = `${name}: ${isKnown ? fault.message : 'It cannot be read.'}`;
  }
}

export function close(): void {
  openFile.value = undefined;
  refusal.value = '';
  navigate('traceViewer');
}
