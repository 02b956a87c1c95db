// SPDX-License-Identifier: Apache-2.0
// The drawer and the edge that sizes it: at the right where there is room, else at the bottom.
import type { JSX } from 'preact';
import { Separator } from '../../ui/separator';
import { useWidth } from '../../ui/use_width';
import { Drawer } from './drawer';
import {
  drawerHeight,
  drawerPixels,
  drawerWidth,
  kDrawerLeast,
  kDrawerLeastHeight,
  kMainLeast,
} from './trace_layout';
import type { TraceState } from './trace_state';

/** Of the window's height; more would leave nothing of the rows. */
const kHeightShare = 0.7;

export function DrawerFrame(props: {
  readonly state: TraceState;
  readonly isRight: boolean;
  readonly width: number;
}): JSX.Element {
  const { state, isRight, width } = props;
  const [frame, , measured] = useWidth<HTMLDivElement>(kDrawerLeast);
  if (isRight) {
    const pixels = drawerPixels(width);
    return (
      <div class="drawer-frame" style={{ width: `${pixels}px` }}>
        <Separator
          label="Details"
          orientation="vertical"
          value={pixels}
          least={kDrawerLeast}
          most={Math.max(width - kMainLeast, kDrawerLeast)}
          grows={-1}
          onResize={(size) => {
            drawerWidth.value = size;
          }}
        />
        <Drawer state={state} />
      </div>
    );
  }
  const chosen = drawerHeight.value;
  const style = chosen === undefined ? {} : { height: `min(${chosen}px, ${kHeightShare * 100}vh)` };
  return (
    <div ref={frame} class="drawer-frame" style={style}>
      <Separator
        label="Details"
        orientation="horizontal"
        value={chosen ?? measured}
        least={kDrawerLeastHeight}
        most={Math.max(document.documentElement.clientHeight * kHeightShare, kDrawerLeastHeight)}
        grows={-1}
        onResize={(size) => {
          drawerHeight.value = size;
        }}
      />
      <Drawer state={state} />
    </div>
  );
}
