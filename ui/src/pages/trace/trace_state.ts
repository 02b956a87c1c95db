// SPDX-License-Identifier: Apache-2.0
// What a person has done to the trace in front of them: where the cursor is, what is collapsed,
// which part of the time is on screen, which clock. Made anew for each fetched trace. The opened
// span is the one thing that is also in the address (`?span=`); it is written there a moment
// later, because browsers refuse more than a few hundred address changes a minute.
import { computed, signal } from '@preact/signals';
import { patternsOf } from '../../core/colours';
import { findRows, nextMatch } from '../../core/find';
import type { Span } from '../../core/model';
import {
  allBranches,
  type Collapsed,
  isBranch,
  outlineOf,
  positionOf,
  siblingPlaces,
  withRevealed,
  withToggled,
} from '../../core/outline';
import type { Row, Trace } from '../../core/trace';
import type { TimeWindow } from '../../draw/scale';
import { copyText } from '../../ui/copy_button';
import { navigate, place, urlOf } from '../../ui/router';

const kAddressDelayMs = 200;
const kSaidMs = 2_500;

export class TraceState {
  readonly trace: Trace;
  /** As the server sent them. */
  readonly rawSpans: readonly Span[];
  /** Of services whose colour another of this trace has too. */
  readonly patterns: ReadonlyMap<string, number>;
  readonly siblings: ReturnType<typeof siblingPlaces>;
  readonly corrected = signal(true);
  readonly collapsed = signal<Collapsed>(new Set());
  /** Index of the row the keyboard is at. */
  readonly cursor = signal(0);
  /** Counts wishes to see the cursor's row; the waterfall scrolls when it changes. */
  readonly reveals = signal(0);
  readonly isOpen = signal(false);
  readonly view = signal<TimeWindow>({ from: 0, to: 1 });
  readonly findText = signal('');
  /** What an action without a place of its own has to say; read out, and shown for a moment. */
  readonly said = signal('');
  /** Rows on screen, as shares of all shown rows; the minimap marks them. */
  readonly rowsInView = signal({ from: 0, to: 1 });

  readonly extent = computed(() => (this.corrected.value ? this.trace.corrected : this.trace.raw));
  readonly outline = computed(() => outlineOf(this.trace.rows, this.collapsed.value));
  readonly matches = computed(() => findRows(this.trace.rows, this.findText.value));
  readonly matchSet = computed(() => new Set(this.matches.value));
  readonly isZoomed = computed(() => {
    return this.view.value.to - this.view.value.from < this.whole() - 0.5;
  });
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private saidTimer: ReturnType<typeof setTimeout> | undefined;
  private inAddress: string | null = null;

  constructor(trace: Trace, rawSpans: readonly Span[]) {
    this.trace = trace;
    this.rawSpans = rawSpans;
    this.patterns = patternsOf(trace.services.keys());
    this.siblings = siblingPlaces(trace.rows);
    this.showAll();
  }

  whole(): number {
    return Math.max(this.extent.value.duration, 1);
  }

  row(index: number): Row | undefined {
    return this.trace.rows[index];
  }

  showAll(): void {
    this.view.value = { from: 0, to: this.whole() };
  }

  switchClock(): void {
    this.corrected.value = !this.corrected.peek();
    this.showAll();
  }

  /** Puts the cursor on a row, opening what hides it. */
  goTo(index: number): void {
    if (this.row(index) === undefined) return;
    this.collapsed.value = withRevealed(this.trace.rows, this.collapsed.peek(), index);
    this.cursor.value = index;
    this.reveals.value += 1;
    if (this.isOpen.peek()) this.writeAddress();
  }

  /** Moves over rows on screen. */
  step(by: number): void {
    const { shown } = this.outline.peek();
    const at = positionOf(this.outline.peek(), this.cursor.peek()) + by;
    const index = shown[Math.min(Math.max(at, 0), shown.length - 1)];
    if (index !== undefined) this.goTo(index);
  }

  open(index = this.cursor.peek()): void {
    this.isOpen.value = true;
    this.goTo(index);
  }

  close(): void {
    this.isOpen.value = false;
    this.writeAddress();
  }

  toggle(index: number): void {
    if (!isBranch(this.row(index))) return;
    this.setCollapsed(withToggled(this.collapsed.peek(), index));
  }

  collapseAll(): void {
    const all = allBranches(this.trace.rows);
    for (const row of this.trace.rows) if (row.depth === 0) all.delete(row.index);
    this.setCollapsed(all);
  }

  expandAll(): void {
    this.setCollapsed(new Set());
  }

  /** A cursor that would be hidden moves to the row that hides it. */
  private setCollapsed(collapsed: Collapsed): void {
    this.collapsed.value = collapsed;
    const outline = this.outline.peek();
    const at = positionOf(outline, this.cursor.peek());
    this.cursor.value = outline.shown[at] ?? 0;
    this.reveals.value += 1;
  }

  goToMatch(step: 1 | -1): void {
    const index = nextMatch(this.matches.peek(), this.cursor.peek(), step);
    if (index !== undefined) this.goTo(index);
  }

  goToFailure(step: 1 | -1): void {
    const failed = this.trace.rows.filter((row) => row.failed).map((row) => row.index);
    const index = nextMatch(failed, this.cursor.peek(), step);
    if (index !== undefined) this.goTo(index);
  }

  /** The address names a span: open it, unless this page just wrote it there. */
  followAddress(search: string): void {
    const id = new URLSearchParams(search).get('span');
    if (id === this.inAddress) return;
    this.inAddress = id;
    if (id === null) {
      this.isOpen.value = false;
      return;
    }
    const wanted = id.toLowerCase().padStart(16, '0');
    const row = this.trace.rows.find((each) => each.id === wanted);
    if (row === undefined) return;
    this.isOpen.value = true;
    this.goTo(row.index);
  }

  /** The address of what is on screen now, the opened span included. */
  link(): string {
    if (this.addressTimer !== undefined) this.writeAddressNow();
    const { path, search } = place.peek();
    return urlOf(path + search).href;
  }

  async copyLink(): Promise<void> {
    this.say((await copyText(this.link())) ? 'Link copied' : 'The link could not be copied');
  }

  say(words: string): void {
    clearTimeout(this.saidTimer);
    this.said.value = words;
    this.saidTimer = setTimeout(() => {
      this.said.value = '';
    }, kSaidMs);
  }

  /** Stops what would still write to the address of a page that is gone. */
  leave(): void {
    clearTimeout(this.addressTimer);
    clearTimeout(this.saidTimer);
  }

  private writeAddress(): void {
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => this.writeAddressNow(), kAddressDelayMs);
  }

  private writeAddressNow(): void {
    clearTimeout(this.addressTimer);
    this.addressTimer = undefined;
    const { path, search } = place.peek();
    const params = new URLSearchParams(search);
    const id = this.isOpen.peek() ? this.row(this.cursor.peek())?.id : undefined;
    if (id === undefined) params.delete('span');
    else params.set('span', id);
    this.inAddress = id ?? null;
    const text = params.toString();
    navigate(text === '' ? path : `${path}?${text}`, 'replace');
  }
}
