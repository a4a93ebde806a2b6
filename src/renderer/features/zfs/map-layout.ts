/**
 * Where the cells of a disk map are drawn: areas one below another, cells in rows as in reading, in
 * squares as large as the place allows. Pure, so that a pointer finds what the painter drew.
 */
import type { AreaPlace } from '#renderer/features/zfs/map-state.ts';

/** Room for an area's title. */
const TITLE_PX = 20;
const GAP_PX = 10;
const LEAST_CELL_PX = 3;
const MOST_CELL_PX = 18;

export interface AreaBox {
  readonly place: AreaPlace;
  readonly titleY: number;
  readonly top: number;
  readonly columns: number;
}

export interface MapLayout {
  readonly cellPx: number;
  readonly boxes: readonly AreaBox[];
  readonly height: number;
}

export function layoutMap(places: readonly AreaPlace[], width: number, height: number): MapLayout {
  for (let cellPx = MOST_CELL_PX; ; cellPx -= 1) {
    const layout = layoutWith(places, width, cellPx);
    if (layout.height <= height || cellPx <= LEAST_CELL_PX) return layout;
  }
}

function layoutWith(places: readonly AreaPlace[], width: number, cellPx: number): MapLayout {
  const columns = Math.max(1, Math.floor(width / cellPx));
  let top = 0;
  const boxes = places.map((place) => {
    const box = { place, titleY: top, top: top + TITLE_PX, columns };
    top = box.top + Math.ceil(place.area.cellCount / columns) * cellPx + GAP_PX;
    return box;
  });
  return { cellPx, boxes, height: Math.max(0, top - GAP_PX) };
}

export function cellAtPoint(layout: MapLayout, x: number, y: number): number | undefined {
  const { cellPx, boxes } = layout;
  const box = boxes.findLast(({ top }) => y >= top);
  if (box === undefined || x < 0) return undefined;
  const column = Math.floor(x / cellPx);
  if (column >= box.columns) return undefined;
  const index = Math.floor((y - box.top) / cellPx) * box.columns + column;
  return index >= box.place.area.cellCount ? undefined : box.place.firstCell + index;
}

export function pointOfCell(layout: MapLayout, cell: number): { x: number; y: number } | undefined {
  const box = layout.boxes.findLast(({ place }) => place.firstCell <= cell);
  if (box === undefined) return undefined;
  const index = cell - box.place.firstCell;
  const x = (index % box.columns) * layout.cellPx;
  return { x, y: box.top + Math.floor(index / box.columns) * layout.cellPx };
}
