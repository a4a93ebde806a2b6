/** The edge between side bar and panes: drag it, or focus it and use the arrow keys. */
import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from 'react';
import { clampSidebar, SIDEBAR_WIDTH } from '#renderer/model/ui-state.ts';
import { useBench, useUi } from '#renderer/model/workbench.ts';

const STEP_PX = 16;

export function Sash(): ReactElement {
  const bench = useBench();
  const width = useUi((state) => state.sidebarWidthPx);
  const from = useRef<{ x: number; width: number } | undefined>(undefined);
  const setWidth = (px: number): void => bench.ui.setState({ sidebarWidthPx: clampSidebar(px) });

  const onPointerDown = (event: PointerEvent): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (from.current !== undefined) setWidth(from.current.width + event.clientX - from.current.x);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') setWidth(width - STEP_PX);
    else if (event.key === 'ArrowRight') setWidth(width + STEP_PX);
    else if (event.key === 'Home') setWidth(SIDEBAR_WIDTH.least);
    else if (event.key === 'End') setWidth(SIDEBAR_WIDTH.most);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="sash"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the side bar"
      aria-valuenow={width}
      aria-valuemin={SIDEBAR_WIDTH.least}
      aria-valuemax={SIDEBAR_WIDTH.most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        from.current = undefined;
      }}
      onDoubleClick={() => setWidth(SIDEBAR_WIDTH.usual)}
      onKeyDown={onKeyDown}
    />
  );
}
