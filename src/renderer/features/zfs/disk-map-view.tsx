/**
 * The disk map: where each kind of block lies, and what each txg allocates and frees, as it happens.
 * One place in the tab order; arrows move over the cells, Enter looks closer, Escape farther away.
 */
import {
  type KeyboardEvent,
  type ReactElement,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { BLOCK_KINDS, type DiskMapView as View, type PoolShape } from '#protocol/zfs-model.ts';
import { cellAtPoint, layoutMap, type MapLayout } from '#renderer/features/zfs/map-layout.ts';
import { type MapColours, MapPainter } from '#renderer/features/zfs/map-paint.ts';
import { cellWords, KIND_WORDS, type MapState } from '#renderer/features/zfs/map-state.ts';
import { useZfsPane } from '#renderer/features/zfs/pane-context.ts';
import { UberblockRing } from '#renderer/features/zfs/txg-view.tsx';
import { formatBytes, formatPercent } from '#renderer/model/format.ts';
import { useLab } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';

interface DiskMapProps {
  readonly pool: PoolShape;
  readonly map: MapState;
  readonly version: number;
  readonly look: MapLook;
  readonly onLook: (look: MapLook) => void;
}

/** What of the pool is shown. */
export type MapLook = Pick<View, 'scale' | 'part'>;
export const FIRST_LOOK: MapLook = { scale: 'used', part: null };

/** Looking closer shows so many cells' worth around the one that was chosen. */
const ZOOM_CELLS = 64;
/** Sectors are the finest. */
const FINEST_BYTES = 512 * 256;

export function DiskMap({ pool, map, version, look, onLook }: DiskMapProps): ReactElement {
  const [cursor, setCursor] = useState<number>();
  const [onlyKind, setOnlyKind] = useState<number>();
  const zoomIn = (cell: number): void => {
    const range = map.rangeOf(cell);
    const place = map.placeOf(cell);
    if (range === undefined || place === undefined) return;
    const sizeBytes = Math.max(FINEST_BYTES, range.size * ZOOM_CELLS);
    const middle = range.from + range.size / 2;
    const most = Math.max(0, place.area.sizeBytes - sizeBytes);
    const from = Math.min(most, Math.max(0, middle - sizeBytes / 2));
    const fromBytes = Math.floor(from / 512) * 512;
    setCursor(undefined);
    onLook({ ...look, part: { vdev: range.vdev, fromBytes, sizeBytes } });
  };
  const zoomOut = (): void => {
    setCursor(undefined);
    onLook({ ...look, part: null });
  };
  return (
    <div className="zfs-map">
      <Legend map={map} version={version} onlyKind={onlyKind} onChoose={setOnlyKind} />
      <MapCanvas
        pool={pool}
        map={map}
        version={version}
        cursor={cursor}
        onlyKind={onlyKind}
        onCursor={setCursor}
        onZoomIn={zoomIn}
        onZoomOut={zoomOut}
      />
      <div className="zfs-map-foot">
        <span className="zfs-cell-words truncate" aria-live="polite" data-testid="cell">
          {cursor === undefined
            ? 'Point at a cell, or use the arrow keys; click or Enter looks closer'
            : cellWords(map, cursor, formatBytes)}
        </span>
        {map.knownFraction < 1 ? (
          <span className="zfs-quiet numeric">
            finding out what is where: {formatPercent(map.knownFraction)}
          </span>
        ) : null}
        {look.part === null ? (
          <ScaleChoice scale={look.scale} onChange={(scale) => onLook({ scale, part: null })} />
        ) : (
          <Button isSmall testId="zoom-out" tip="Escape" onClick={zoomOut}>
            Show all
          </Button>
        )}
      </div>
      <UberblockRing slots={pool.uberblockSlots} txg={Math.max(pool.txg, map.txg) - 1} />
    </div>
  );
}

function ScaleChoice(props: {
  readonly scale: MapLook['scale'];
  readonly onChange: (scale: MapLook['scale']) => void;
}): ReactElement {
  return (
    <select
      className="input zfs-scale"
      aria-label="What is shown"
      value={props.scale}
      onChange={(event) => props.onChange(event.target.value === 'whole' ? 'whole' : 'used')}
    >
      <option value="used">Metaslabs in use</option>
      <option value="whole">Whole disks</option>
    </select>
  );
}

interface LegendProps {
  readonly map: MapState;
  readonly version: number;
  readonly onlyKind: number | undefined;
  readonly onChoose: (kind: number | undefined) => void;
}

/** Each kind with how much there is; a click dims the others. */
function Legend({ map, version, onlyKind, onChoose }: LegendProps): ReactElement {
  // The map is changed in place: its version is what tells.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const totals = useMemo(() => map.totals(), [map, version]);
  return (
    <ul className="zfs-legend" aria-label="Kinds of blocks">
      {BLOCK_KINDS.map((kind, n) => {
        const total = totals[n] ?? 0;
        if (total === 0 && (kind === 'unknown' || kind === 'volume' || kind === 'intentLog')) {
          return null;
        }
        const { label, meaning } = KIND_WORDS[kind];
        return (
          <li key={kind}>
            <button
              type="button"
              className="zfs-legend-item"
              aria-pressed={onlyKind === n}
              data-tip={`${meaning}. Click to see only these`}
              onClick={() => onChoose(onlyKind === n ? undefined : n)}
            >
              <span className={`zfs-swatch zfs-kind-${kind}`} data-kind={kind} aria-hidden="true" />
              {label} <span className="zfs-quiet numeric">{formatBytes(total)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface MapCanvasProps {
  readonly pool: PoolShape;
  readonly map: MapState;
  readonly version: number;
  readonly cursor: number | undefined;
  readonly onlyKind: number | undefined;
  readonly onCursor: (cell: number | undefined) => void;
  readonly onZoomIn: (cell: number) => void;
  readonly onZoomOut: () => void;
}

function MapCanvas(props: MapCanvasProps): ReactElement {
  const { pool, map, version, cursor, onlyKind, onCursor } = props;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(host);
  const theme = useThemeKey();
  const wounds = useWounds(pool, map);
  const layout = useMemo(
    () => layoutMap(map.areas, size.width, size.height),
    // The areas are replaced with each snapshot, not changed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [map.areas, size.width, size.height],
  );

  const painter = useRef<MapPainter>(undefined);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    const element = host.current;
    if (context === null || context === undefined || element === null) return;
    const made = new MapPainter(context, map, layout, {
      colours: readColours(element),
      onlyKind,
      wounds,
      font: `11px ${getComputedStyle(element).fontFamily}`,
      describe: formatBytes,
    });
    painter.current = made;
    made.paintAll();
    return () => made.dispose();
  }, [map, layout, onlyKind, wounds, theme]);
  useEffect(() => painter.current?.paintChanges(cursor), [version, cursor, layout]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = movedCursor(event.key, cursor ?? -1, layout, map.cellCount);
    if (to !== undefined) onCursor(to);
    else if (event.key === 'Enter' && cursor !== undefined) props.onZoomIn(cursor);
    else if (event.key === 'Escape') props.onZoomOut();
    else return;
    event.preventDefault();
  };
  const cellUnder = (event: { clientX: number; clientY: number }): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    return cellAtPoint(layout, event.clientX - box.left, event.clientY - box.top);
  };
  return (
    <div ref={host} className="zfs-canvas-host">
      <canvas
        ref={canvas}
        className="zfs-canvas"
        data-testid="disk-map"
        role="application"
        aria-label={`Disk map of ${pool.name}: arrows move over the cells, Enter looks closer`}
        tabIndex={0}
        style={{ height: layout.height }}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => onCursor(cellUnder(event))}
        onPointerLeave={() => onCursor(undefined)}
        onClick={(event) => {
          const cell = cellUnder(event);
          if (cell !== undefined) props.onZoomIn(cell);
        }}
      />
    </div>
  );
}

function movedCursor(
  key: string,
  cursor: number,
  layout: MapLayout,
  count: number,
): number | undefined {
  const columns = layout.boxes[0]?.columns ?? 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: cursor + 1,
    ArrowLeft: cursor - 1,
    ArrowDown: cursor + columns,
    ArrowUp: cursor - columns,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

/**
 * What the browser makes of the tokens now. One element for each: under reduced motion a changed
 * colour is a transition, and would be read before it has begun.
 */
function readColours(element: Element): MapColours {
  const probes = document.createElement('div');
  element.append(probes);
  const colour = (token: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(--${token})`;
    probes.append(probe);
    return getComputedStyle(probe).color;
  };
  const colours: MapColours = {
    kinds: BLOCK_KINDS.map((kind) => colour(`kind-${kind.toLowerCase()}`)),
    free: colour('kind-free'),
    text: colour('text-third'),
    born: colour('text'),
    freed: colour('danger-text'),
    cursor: colour('text'),
    wound: colour('danger-text'),
  };
  probes.remove();
  return colours;
}

function useSize(host: React.RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((known) =>
        known.width === width && known.height === height ? known : { width, height },
      );
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  return size;
}

/** Changes when the colours do: by the settings, or with the system's theme. */
function useThemeKey(): string {
  const theme = useLab((state) => state.settings.theme);
  const [turns, turn] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    query.addEventListener('change', turn);
    return () => query.removeEventListener('change', turn);
  }, []);
  return `${theme} ${turns}`;
}

/** Front labels and boot area: a disk's byte is so far behind the pool's. */
const LABEL_START_BYTES = 4 * 1024 ** 2;

/** Where bits were flipped, on vdevs whose disks are laid out as the pool sees them. */
function useWounds(pool: PoolShape, map: MapState): ReadonlySet<number> {
  const { faults } = useZfsPane();
  const { areas } = map;
  return useMemo(() => {
    const wounds = new Set<number>();
    let top = -1;
    let isPlain = false;
    for (const vdev of pool.vdevs) {
      if (vdev.depth === 0) {
        top += 1;
        isPlain = vdev.type !== 'raidz';
      }
      const fault = faults.find(({ disk }) => disk === vdev.name);
      if (!isPlain || fault === undefined || areas.length === 0) continue;
      for (const at of fault.flippedAtBytes) {
        const cell = map.cellAt(top, at - LABEL_START_BYTES);
        if (cell !== undefined) wounds.add(cell);
      }
    }
    return wounds;
  }, [pool, faults, areas, map]);
}
