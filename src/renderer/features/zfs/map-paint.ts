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
  /** Cells in which bits were flipped. */
  readonly wounds: ReadonlySet<number>;
  readonly font: string;
  readonly describe: (bytes: number) => string;
}

interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly isCursor: boolean;
}

const FADED = 0.18;
const FREED_KIND = BLOCK_KINDS.indexOf('freed');

export class MapPainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #state: MapState;
  readonly #layout: MapLayout;
  readonly #options: PaintOptions;
  /** Cells that glowed at the last frame: each is drawn once more when it has faded. */
  readonly #glowing: Set<number> = new Set();
  #cursor: number | undefined;
  #frame = 0;

  constructor(
    context: CanvasRenderingContext2D,
    state: MapState,
    layout: MapLayout,
    options: PaintOptions,
  ) {
    this.#context = context;
    this.#state = state;
    this.#layout = layout;
    this.#options = options;
  }

  /** Everything, on a canvas of the right size. */
  paintAll(): void {
    const context = this.#context;
    const { canvas } = context;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(this.#layout.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintTitles();
    const nowMs = performance.now();
    for (let cell = 0; cell < this.#state.cellCount; cell += 1) {
      this.#paint(cell, nowMs);
      if (this.#state.isGlowing(cell, nowMs)) this.#glowing.add(cell);
    }
    this.#state.changed.clear();
    this.#animate();
  }

  /** What came with the last item, and the cursor where it is now. */
  paintChanges(cursor: number | undefined): void {
    const nowMs = performance.now();
    const { changed } = this.#state;
    const before = this.#cursor;
    this.#cursor = cursor;
    if (before !== undefined && before !== cursor) this.#paint(before, nowMs);
    for (const cell of changed) {
      this.#paint(cell, nowMs);
      if (this.#state.isGlowing(cell, nowMs)) this.#glowing.add(cell);
    }
    changed.clear();
    if (cursor !== undefined) this.#paint(cursor, nowMs);
    this.#animate();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  /** One frame after another as long as something glows. */
  #animate(): void {
    if (this.#frame !== 0 || this.#glowing.size === 0) return;
    this.#frame = requestAnimationFrame((nowMs) => {
      this.#frame = 0;
      for (const cell of this.#glowing) {
        if (!this.#state.isGlowing(cell, nowMs)) this.#glowing.delete(cell);
        this.#paint(cell, nowMs);
      }
      this.#animate();
    });
  }

  #paintTitles(): void {
    const context = this.#context;
    const { colours, font, describe } = this.#options;
    context.font = font;
    context.textBaseline = 'middle';
    context.fillStyle = colours.text;
    for (const { place, titleY } of this.#layout.boxes) {
      const { name, fromBytes, cellBytes, cellCount, sizeBytes } = place.area;
      const end = Math.min(sizeBytes, fromBytes + cellBytes * cellCount);
      const range = `at ${describe(fromBytes)}, ${describe(end - fromBytes)}`;
      context.fillText(`${name}   ${range}, a cell is ${describe(cellBytes)}`, 1, titleY + 9);
    }
  }

  #paint(cell: number, nowMs: number): void {
    const isCursor = cell === this.#cursor;
    paintCell(this.#context, this.#state, this.#layout, this.#options, cell, nowMs, isCursor);
  }
}

function paintCell(
  context: CanvasRenderingContext2D,
  state: MapState,
  layout: MapLayout,
  options: PaintOptions,
  cell: number,
  nowMs: number,
  isCursor: boolean,
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
  paintMarks(context, state, options, cell, { x, y, size, isCursor }, nowMs);
}

function paintMarks(
  context: CanvasRenderingContext2D,
  state: MapState,
  options: PaintOptions,
  cell: number,
  box: CellBox,
  nowMs: number,
): void {
  const { x, y, size, isCursor } = box;
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
  if (isCursor) {
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
  { x, y, size }: CellBox,
): void {
  const age = nowMs - atMs;
  if (atMs === 0 || age >= GLOW_MS) return;
  context.globalAlpha = 0.75 * (1 - age / GLOW_MS);
  context.fillStyle = colour;
  context.fillRect(x, y, size, size);
  context.globalAlpha = 1;
}
