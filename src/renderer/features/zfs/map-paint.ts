/**
 * Draws a disk map on a canvas: each cell in the colours of what it holds, from the bottom up by
 * share; changes glow and fade. Only what changed is drawn between two items, so a live map of
 * sixteen thousand cells keeps sixty frames a second.
 */
import { BLOCK_KINDS } from '#protocol/zfs-model.ts';
import { type MapLayout, pointOfCell } from '#renderer/features/zfs/map-layout.ts';
import { GLOW_MS, KIND_COUNT, type MapState } from '#renderer/features/zfs/map-state.ts';

export interface MapColours {
  /** In the order of BLOCK_KINDS. */
  readonly kinds: readonly string[];
  readonly free: string;
  readonly text: string;
  readonly born: string;
  readonly freed: string;
  readonly cursor: string;
  readonly wound: string;
}

export interface PaintOptions {
  readonly colours: MapColours;
  /** Only this kind in full colour. */
  readonly onlyKind: number | undefined;
  readonly cursor: number | undefined;
  /** Cells in which bits were flipped. */
  readonly wounds: ReadonlySet<number>;
  readonly font: string;
  readonly describe: (bytes: number) => string;
}

const FADED = 0.18;
const FREED_KIND = BLOCK_KINDS.indexOf('freed');

/** Everything. */
export function paintMap(
  context: CanvasRenderingContext2D,
  state: MapState,
  layout: MapLayout,
  options: PaintOptions,
  nowMs: number,
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.font = options.font;
  context.textBaseline = 'middle';
  for (const { place, titleY } of layout.boxes) {
    const { name, fromBytes, cellBytes, cellCount, sizeBytes } = place.area;
    const end = Math.min(sizeBytes, fromBytes + cellBytes * cellCount);
    context.fillStyle = options.colours.text;
    const range = `${options.describe(fromBytes)} to ${options.describe(end)}`;
    const text = `${name}   ${range}, a cell is ${options.describe(cellBytes)}`;
    context.fillText(text, 1, titleY + 9);
  }
  for (let cell = 0; cell < state.cellCount; cell += 1) {
    paintCell(context, state, layout, options, cell, nowMs);
  }
}

/** Cells that glow, or did so at the last frame; answers whether any still does. */
export function paintGlow(
  context: CanvasRenderingContext2D,
  state: MapState,
  layout: MapLayout,
  options: PaintOptions,
  nowMs: number,
  glowing: Set<number>,
): boolean {
  for (let cell = 0; cell < state.cellCount; cell += 1) {
    const at = Math.max(state.bornAtMs[cell] ?? 0, state.freedAtMs[cell] ?? 0);
    if (at !== 0 && nowMs - at < GLOW_MS) glowing.add(cell);
  }
  for (const cell of glowing) {
    paintCell(context, state, layout, options, cell, nowMs);
    const at = Math.max(state.bornAtMs[cell] ?? 0, state.freedAtMs[cell] ?? 0);
    if (nowMs - at >= GLOW_MS) glowing.delete(cell);
  }
  return glowing.size > 0;
}

function paintCell(
  context: CanvasRenderingContext2D,
  state: MapState,
  layout: MapLayout,
  options: PaintOptions,
  cell: number,
  nowMs: number,
): void {
  const point = pointOfCell(layout, cell);
  if (point === undefined) return;
  const { colours, onlyKind } = options;
  const gap = layout.cellPx >= 6 ? 1 : 0;
  const size = layout.cellPx - gap;
  const { x, y } = point;
  context.clearRect(x, y, layout.cellPx, layout.cellPx);
  context.fillStyle = colours.free;
  context.fillRect(x, y, size, size);
  let total = 0;
  for (let kind = 0; kind < KIND_COUNT; kind += 1) total += state.share(cell, kind);
  // A trace of something must be seen: at least two pixels are filled.
  const filled = total === 0 ? 0 : Math.max(2, Math.min(1, total / 255) * size);
  let done = 0;
  for (let kind = 0; kind < KIND_COUNT && total > 0; kind += 1) {
    const share = state.share(cell, kind);
    if (share === 0) continue;
    const part = (share / total) * filled;
    context.globalAlpha = onlyKind === undefined || onlyKind === kind ? 1 : FADED;
    context.fillStyle = colours.kinds[kind] ?? colours.free;
    const from = y + size - done - part;
    if (kind === FREED_KIND) context.fillRect(x, from, Math.max(1, size / 2), part);
    else context.fillRect(x, from, size, part);
    done += part;
  }
  context.globalAlpha = 1;
  paintMarks(context, state, options, cell, { x, y, size }, nowMs);
}

function paintMarks(
  context: CanvasRenderingContext2D,
  state: MapState,
  options: PaintOptions,
  cell: number,
  box: { readonly x: number; readonly y: number; readonly size: number },
  nowMs: number,
): void {
  const { x, y, size } = box;
  const { colours } = options;
  glow(context, colours.freed, state.freedAtMs[cell] ?? 0, nowMs, box);
  glow(context, colours.born, state.bornAtMs[cell] ?? 0, nowMs, box);
  if (options.wounds.has(cell)) {
    context.strokeStyle = colours.wound;
    context.lineWidth = Math.max(1, size / 6);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y);
    context.lineTo(x, y + size);
    context.stroke();
  }
  if (options.cursor === cell) {
    context.strokeStyle = colours.cursor;
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, Math.max(1, size - 2), Math.max(1, size - 2));
  }
}

function glow(
  context: CanvasRenderingContext2D,
  colour: string,
  atMs: number,
  nowMs: number,
  { x, y, size }: { readonly x: number; readonly y: number; readonly size: number },
): void {
  const age = nowMs - atMs;
  if (atMs === 0 || age >= GLOW_MS) return;
  context.globalAlpha = 0.75 * (1 - age / GLOW_MS);
  context.fillStyle = colour;
  context.fillRect(x, y, size, size);
  context.globalAlpha = 1;
}
