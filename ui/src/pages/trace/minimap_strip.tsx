// SPDX-License-Identifier: Apache-2.0
// The whole trace in a strip: drag to look at a part of the time, double-click for all of it. A
// picture only: everything it shows is in the waterfall, which the keyboard can zoom too.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { colourOf, kColourCount } from '../../core/colours';
import { rowCount } from '../../core/outline';
import { packColour, paintStrip, type StripInk } from '../../draw/minimap';
import type { TimeWindow } from '../../draw/scale';
import { computedColours, isDark } from '../../ui/theme';
import type { TraceState } from './trace_state';

const kDragMin = 4;
const kHues = Array.from({ length: kColourCount }, (_, colour) => `--hue-${colour}`);

function readInk(): StripInk {
  const colours = computedColours([...kHues, '--error']).map(packColour);
  return { hues: colours.slice(0, kHues.length), failure: colours.at(-1) ?? 0 };
}

function paint(canvas: HTMLCanvasElement, state: TraceState): void {
  const ratio = globalThis.devicePixelRatio || 1;
  const strip = {
    width: Math.max(Math.round(canvas.clientWidth * ratio), 1),
    height: Math.max(Math.round(canvas.clientHeight * ratio), 1),
  };
  canvas.width = strip.width;
  canvas.height = strip.height;
  const image = new ImageData(strip.width, strip.height);
  paintStrip(new Uint32Array(image.data.buffer), strip, state.trace, state.corrected.peek(), {
    ink: readInk(),
    hueOf: colourOf,
  });
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** Left and right of the window as percent of the strip. */
function edges(view: TimeWindow, whole: number): { left: string; right: string } {
  return { left: `${(view.from / whole) * 100}%`, right: `${(1 - view.to / whole) * 100}%` };
}

export function MinimapStrip({ state }: { readonly state: TraceState }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const drag = useSignal<TimeWindow | undefined>(undefined);
  const corrected = state.corrected.value;
  const dark = isDark.value;
  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      width.value = node.clientWidth;
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [width]);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, state);
  }, [state, corrected, dark, width.value]);

  const whole = state.whole();
  const momentAt = (event: PointerEvent): number => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * whole;
  };
  const start = useRef(0);
  const onPointerDown = (event: PointerEvent) => {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    start.current = momentAt(event);
    drag.value = { from: start.current, to: start.current };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.value === undefined) return;
    const at = momentAt(event);
    drag.value = { from: Math.min(start.current, at), to: Math.max(start.current, at) };
  };
  const onPointerUp = () => {
    const chosen = drag.value;
    drag.value = undefined;
    if (chosen === undefined) return;
    const pixels = ((chosen.to - chosen.from) / whole) * width.value;
    if (pixels >= kDragMin) state.view.value = chosen;
  };

  const view = drag.value ?? state.view.value;
  const shade = edges(view, whole);
  const { from, to } = state.rowsInView.value;
  const total = state.trace.rows.length;
  return (
    <div class="minimap">
      <div
        class="minimap-strip"
        role="img"
        aria-label={`Overview over time of ${rowCount(total, total)}`}
        title="Drag to zoom, double-click for the whole trace"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onDblClick={() => state.showAll()}
      >
        <canvas ref={canvas} />
        <div class="minimap-out" style={{ left: '0', width: shade.left }} />
        <div class="minimap-out" style={{ right: '0', width: shade.right }} />
        {(state.isZoomed.value || drag.value !== undefined) && (
          <div class="minimap-window" style={shade} />
        )}
        {to - from < 1 && (
          <div
            class="minimap-rows"
            style={{ top: `${from * 100}%`, height: `${Math.max((to - from) * 100, 4)}%` }}
          />
        )}
      </div>
    </div>
  );
}
