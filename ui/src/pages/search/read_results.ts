// SPDX-License-Identifier: Apache-2.0
// The answer to a search, read trace by trace as it arrives: of each a line is kept and its spans
// are dropped, so a list costs what it shows. What ends the reading early keeps what was read.
import { ListReader } from '../../core/json_stream';
import type { Span } from '../../core/model';
import { type Summary, summarise } from '../../core/summary';
import type { Request } from '../../ui/fetching';

/** Decoded bytes of one answer that are read; the rest is dropped. */
export const kAnswerBytesMax = 32 * 1024 * 1024;
/** Reading gives way to the browser's other work after so long, in milliseconds. */
const kSliceMs = 12;

/** Why the list ends before the answer did. */
export type CutReason = 'size' | 'stopped' | 'silent' | 'broken';

export interface Found {
  readonly rows: readonly Summary[];
  readonly cut?: CutReason | undefined;
  /** The last words of a broken answer's reader. */
  readonly words?: string | undefined;
}

interface Yielding {
  readonly yield?: () => Promise<void>;
}

function giveWay(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: Yielding };
  return scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve, 0));
}

function summaryOf(trace: unknown): Summary | undefined {
  if (!Array.isArray(trace)) throw new SyntaxError('a trace in it is not a list');
  return summarise(trace as Span[]);
}

class Rows {
  readonly all: Summary[] = [];
  private readonly list = new ListReader();
  private sliceStart = performance.now();

  async take(part: Uint8Array): Promise<void> {
    for (const trace of this.list.push(part)) {
      const row = summaryOf(trace);
      if (row !== undefined) this.all.push(row);
      if (performance.now() - this.sliceStart < kSliceMs) continue;
      await giveWay();
      this.sliceStart = performance.now();
    }
  }

  end(): void {
    this.list.end();
  }
}

function cutOf(error: unknown, request: Request): Pick<Found, 'cut' | 'words'> {
  if (request.reason === 'stopped' || request.reason === 'silent') return { cut: request.reason };
  return { cut: 'broken', words: error instanceof SyntaxError ? error.message : undefined };
}

export async function readResults(response: Response, request: Request): Promise<Found> {
  const rows = new Rows();
  try {
    const body = response.body?.getReader();
    for (let bytes = 0; body !== undefined; ) {
      const { value, done } = await body.read();
      if (done) break;
      bytes += value.length;
      request.hear(value.length);
      await rows.take(value);
      if (bytes <= kAnswerBytesMax) continue;
      body.cancel().catch(() => undefined); // the rest is not wanted, however it ends
      return { rows: rows.all, cut: 'size' };
    }
    rows.end();
  } catch (error) {
    if (rows.all.length === 0 || request.reason === 'left') throw error;
    return { rows: rows.all, ...cutOf(error, request) };
  }
  return { rows: rows.all };
}
