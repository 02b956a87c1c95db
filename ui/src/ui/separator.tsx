// SPDX-License-Identifier: Apache-2.0
// The edge between two parts of a page, moved by pointer or arrow keys (ARIA's window splitter).
import type { JSX } from 'preact';

const kStep = 16;

export interface SeparatorProps {
  /** What it resizes: "Details". */
  readonly label: string;
  /** `vertical`: a line from top to bottom, moved left and right. */
  readonly orientation: 'vertical' | 'horizontal';
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Where the resized part grows: with larger coordinates (1) or with smaller ones (-1). */
  readonly grows: 1 | -1;
  readonly class?: string;
  /** In pixels, within `least` and `most`; undefined: back to the usual size. */
  readonly onResize: (size: number | undefined) => void;
}

function sizeAfter(key: string, props: SeparatorProps): number | undefined {
  const { orientation, value, least, most, grows } = props;
  const larger = orientation === 'vertical' ? 'ArrowRight' : 'ArrowDown';
  const smaller = orientation === 'vertical' ? 'ArrowLeft' : 'ArrowUp';
  if (key === larger) return value + kStep * grows;
  if (key === smaller) return value - kStep * grows;
  if (key === 'Home') return least;
  return key === 'End' ? most : undefined;
}

export function Separator(props: SeparatorProps): JSX.Element {
  const { orientation, value, least, most, grows, onResize } = props;
  const resize = (size: number) => onResize(Math.round(Math.max(Math.min(size, most), least)));
  const along = (event: PointerEvent) =>
    orientation === 'vertical' ? event.clientX : event.clientY;
  const onPointerDown = (event: PointerEvent) => {
    const edge = event.currentTarget as HTMLElement;
    const from = along(event);
    edge.setPointerCapture(event.pointerId);
    const onMove = (move: PointerEvent) => resize(value + (along(move) - from) * grows);
    edge.addEventListener('pointermove', onMove);
    const end = () => edge.removeEventListener('pointermove', onMove);
    edge.addEventListener('lostpointercapture', end, { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const size = sizeAfter(event.key, props);
    if (size === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    resize(size);
  };
  return (
    <div
      class={`separator ${orientation} ${props.class ?? ''}`}
      role="separator"
      tabIndex={0}
      aria-label={`Resize: ${props.label}`}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={least}
      aria-valuemax={Math.round(most)}
      title="Drag, or use the arrow keys; double-click for the usual size"
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDblClick={() => onResize(undefined)}
    />
  );
}
