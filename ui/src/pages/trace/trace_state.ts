// SPDX-License-Identifier: Apache-2.0
// What a person has done to the trace in front of them: where the cursor is, what is collapsed,
// which subtree and which part of the time is on screen, which clock. Made anew for each reading of
// the trace; a later reading adopts what was done to the one before it. Opened span, subtree and
// tab are also in the address (trace_address.ts).
import { computed, signal } from '@preact/signals';
import { normalSpanId, spansById } from '../../core/clean';
import { patternsOf } from '../../core/colours';
import { findRows, nextMatch } from '../../core/find';
import type { Span } from '../../core/model';
import {
  allBranches,
  type Collapsed,
  isBranch,
  keyOf,
  outlineOf,
  positionOf,
  siblingPlaces,
  withRevealed,
  withToggled,
} from '../../core/outline';
import { type SpanOrder, sortedRows } from '../../core/span_order';
import type { Row, Trace } from '../../core/trace';
import type { TimeWindow } from '../../draw/scale';
import { copyText } from '../../ui/copy_button';
import { Said } from '../../ui/said';
import { TraceAddress } from './trace_address';
import { rowLayout } from './trace_layout';

export type Tab = 'waterfall' | 'spans';

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
  /** Counts requests to show the cursor's row; the waterfall scrolls when it changes. */
  readonly reveals = signal(0);
  /** Counts requests to put the focus on the rows. */
  readonly focuses = signal(0);
  readonly isOpen = signal(false);
  /** The row whose subtree alone is shown. */
  readonly top = signal<number | undefined>(undefined);
  readonly tab = signal<Tab>('waterfall');
  /** Of the table. */
  readonly sort = signal<SpanOrder>({ column: 'duration', descending: true });
  readonly view = signal<TimeWindow>({ from: 0, to: 1 });
  readonly findText = signal('');
  /** The span an address asked for and this trace does not have. */
  readonly unknownSpan = signal<string | undefined>(undefined);
  /** The row whose whole label Escape took away. */
  readonly dismissed = signal(-1);
  readonly said = new Said();
  /** Rows on screen, as shares of all shown rows; the minimap marks them. */
  readonly rowsInView = signal({ from: 0, to: 1 });
  /** Rows that a page key moves by: what fits on screen. */
  pageRows = 20;
  /** Whether labels stand above their bars just now. */
  isStacked = false;

  readonly extent = computed(() => (this.corrected.value ? this.trace.corrected : this.trace.raw));
  readonly outline = computed(() => {
    return outlineOf(this.trace.rows, this.collapsed.value, this.top.value);
  });
  /** Rows in the order of the tab that is on screen. */
  readonly order = computed(() => {
    if (this.tab.value === 'waterfall') return this.outline.value.shown;
    const all = outlineOf(this.trace.rows, new Set(), this.top.value).shown;
    return sortedRows(this.trace.rows, all, this.sort.value, this.corrected.value);
  });
  readonly matches = computed(() => {
    const found = findRows(this.trace.rows, this.findText.value);
    return this.top.value === undefined ? found : found.filter((index) => this.isInFocus(index));
  });
  readonly matchSet = computed(() => new Set(this.matches.value));
  readonly failed = computed(() => {
    const failed = this.trace.rows.filter((row) => row.failed).map((row) => row.index);
    return this.top.value === undefined ? failed : failed.filter((index) => this.isInFocus(index));
  });
  readonly isZoomed = computed(() => {
    return this.view.value.to - this.view.value.from < this.whole() - 0.5;
  });
  private readonly address = new TraceAddress(() => ({
    span: this.isOpen.peek() ? this.row(this.cursor.peek())?.id : undefined,
    focus: this.top.peek() === undefined ? undefined : this.row(this.top.peek() ?? 0)?.id,
    tab: this.tab.peek() === 'waterfall' ? undefined : this.tab.peek(),
  }));
  private readonly rawById = computed(() => spansById(this.rawSpans));

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

  /** Every report of a row's span, as received. */
  rawOf(row: Row): readonly Span[] {
    return this.rawById.peek().get(row.id) ?? [];
  }

  isInFocus(index: number): boolean {
    const top = this.top.value;
    if (top === undefined) return true;
    return index >= top && index < top + (this.row(top)?.size ?? 0);
  }

  showAll(): void {
    this.view.value = { from: 0, to: this.whole() };
  }

  switchClock(): void {
    this.corrected.value = !this.corrected.peek();
    this.showAll();
  }

  /** Puts the cursor on a row, opening what hides it and leaving a subtree it is not in. */
  goTo(index: number): void {
    if (this.row(index) === undefined) return;
    if (!this.isInFocus(index)) this.focusOn(undefined);
    this.collapsed.value = withRevealed(this.trace.rows, this.collapsed.peek(), index);
    this.cursor.value = index;
    this.reveals.value += 1;
    if (this.isOpen.peek()) this.address.write();
  }

  /** Moves over rows on screen. */
  step(by: number): void {
    const shown = this.order.peek();
    const isTree = this.tab.peek() === 'waterfall';
    const cursor = this.cursor.peek();
    const now = isTree ? positionOf(this.outline.peek(), cursor) : shown.indexOf(cursor);
    const index = shown[Math.min(Math.max(now + by, 0), shown.length - 1)];
    if (index !== undefined) this.goTo(index);
  }

  open(index = this.cursor.peek()): void {
    this.isOpen.value = true;
    this.goTo(index);
  }

  /** Closes the details; the keyboard is at the rows again. */
  close(): void {
    this.isOpen.value = false;
    this.unknownSpan.value = undefined;
    this.address.write();
    this.focusRows();
  }

  focusRows(): void {
    this.focuses.value += 1;
  }

  /** Labels above their bars, or beside them. */
  switchRows(): void {
    rowLayout.value = this.isStacked ? 'columns' : 'stacked';
  }

  showTab(tab: Tab): void {
    this.tab.value = tab;
    this.address.write();
  }

  /** Shows one subtree alone; undefined: the whole trace again. */
  focusOn(index: number | undefined): void {
    this.top.value = index === undefined || index <= 0 ? undefined : index;
    if (index !== undefined && !this.isInFocus(this.cursor.peek())) this.cursor.value = index;
    this.reveals.value += 1;
    this.address.write();
  }

  toggle(index: number): void {
    if (!isBranch(this.row(index))) return;
    this.setCollapsed(withToggled(this.collapsed.peek(), index));
  }

  collapseAll(): void {
    const all = allBranches(this.trace.rows);
    for (const row of this.trace.rows) if (row.depth === 0) all.delete(row.index);
    all.delete(this.top.peek() ?? 0);
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

  /** Goes to the first match unless the cursor is at one. */
  find(text: string): void {
    this.findText.value = text;
    const [first] = this.matches.peek();
    if (first !== undefined && !this.matchSet.peek().has(this.cursor.peek())) this.goTo(first);
  }

  goToMatch(step: 1 | -1): void {
    const index = nextMatch(this.matches.peek(), this.cursor.peek(), step);
    if (index !== undefined) this.goTo(index);
  }

  goToFailure(step: 1 | -1): void {
    const index = nextMatch(this.failed.peek(), this.cursor.peek(), step);
    if (index !== undefined) this.goTo(index);
  }

  /** Shows what the address asks for, unless this page just wrote it there. */
  followAddress(search: string): void {
    const asked = this.address.read(search);
    if (asked === undefined) return;
    this.tab.value = asked.tab === 'spans' ? 'spans' : 'waterfall';
    this.top.value = undefined;
    const top = this.rowById(asked.focus);
    if (top !== undefined) this.focusOn(top.index);
    this.show(asked.span);
  }

  private show(id: string | undefined): void {
    const row = this.rowById(id);
    this.unknownSpan.value = row === undefined ? id : undefined;
    this.isOpen.value = row !== undefined;
    if (row !== undefined) this.goTo(row.index);
  }

  private rowById(id: string | undefined): Row | undefined {
    const wanted = normalSpanId(id?.trim().toLowerCase());
    if (wanted === undefined) return undefined;
    return this.trace.rows.find((row) => row.id === wanted);
  }

  /** What was done to an earlier reading of the same trace. */
  adopt(before: TraceState): void {
    const indexes = new Map(this.trace.rows.map((row) => [keyOf(row), row.index]));
    const indexNow = (index: number | undefined) => {
      const row = index === undefined ? undefined : before.row(index);
      return row && indexes.get(keyOf(row));
    };
    const collapsed = [...before.collapsed.peek()].map(indexNow);
    this.collapsed.value = new Set(collapsed.filter((index) => index !== undefined));
    this.corrected.value = before.corrected.peek();
    this.top.value = indexNow(before.top.peek());
    this.cursor.value = indexNow(before.cursor.peek()) ?? 0;
    this.isOpen.value = before.isOpen.peek();
    this.tab.value = before.tab.peek();
    this.sort.value = before.sort.peek();
    this.findText.value = before.findText.peek();
    this.address.adopt(before.address);
    const missed = before.unknownSpan.peek();
    if (missed !== undefined) this.show(missed);
    this.showAll();
    if (!before.isZoomed.peek()) return;
    const later = before.extent.peek().start - this.extent.peek().start;
    const { from, to } = before.view.peek();
    this.view.value = { from: Math.max(from + later, 0), to: Math.min(to + later, this.whole()) };
  }

  /** The address of what is on screen now, the opened span included. */
  link(): string {
    return this.address.link();
  }

  async copyLink(): Promise<void> {
    const copied = await copyText(this.link());
    this.said.say(copied ? 'Link copied' : 'The link could not be copied');
  }

  /** Stops what would still happen on a page that is gone. */
  leave(): void {
    this.address.leave();
    this.said.clear();
  }
}
