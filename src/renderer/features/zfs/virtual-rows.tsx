/**
 * A list of which only the rows in sight are drawn: ten thousand snapshots scroll like ten. The list
 * has the focus and says which row is meant, so that arrows work over rows that are not there.
 */
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';

export interface VirtualRowsProps<T> {
  readonly rows: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  readonly role: 'tree' | 'listbox';
  readonly keyOf: (row: T) => string;
  readonly selectedKey: string | undefined;
  readonly onSelect: (row: T) => void;
  readonly render: (row: T, isSelected: boolean) => ReactNode;
  /** Attributes of the row beside its role. */
  readonly describe?: (row: T) => Readonly<Record<`aria-${string}`, string | number | boolean>>;
  readonly onKey?: (event: KeyboardEvent, row: T) => void;
  readonly testId?: string;
}

const OVERSCAN = 6;

export function VirtualRows<T>(props: VirtualRowsProps<T>): ReactElement {
  const { rows, rowHeight, keyOf, selectedKey, role } = props;
  const host = useRef<HTMLDivElement>(null);
  const { top, height } = useViewport(host);
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  const selectedAt = rows.findIndex((row) => keyOf(row) === selectedKey);
  const idOf = (row: T): string => `${props.label}-${keyOf(row)}`.replaceAll(/[^\w-]/g, '_');
  const isDrawn = selectedAt >= first && selectedAt < last;
  const active = isDrawn ? rows[selectedAt] : undefined;

  const onKeyDown = rowKeys(props, selectedAt, host, height);
  return (
    <div
      ref={host}
      className="zfs-virtual"
      role={role}
      aria-label={props.label}
      aria-activedescendant={active === undefined ? undefined : idOf(active)}
      tabIndex={0}
      data-testid={props.testId}
      onKeyDown={onKeyDown}
    >
      <div
        className="zfs-virtual-all"
        role="presentation"
        style={{ height: rows.length * rowHeight }}
      >
        {rows.slice(first, last).map((row, n) => {
          const isSelected = keyOf(row) === selectedKey;
          return (
            <div
              key={keyOf(row)}
              id={idOf(row)}
              role={role === 'tree' ? 'treeitem' : 'option'}
              aria-selected={isSelected}
              aria-setsize={rows.length}
              aria-posinset={first + n + 1}
              {...props.describe?.(row)}
              className={isSelected ? 'zfs-row zfs-row-selected' : 'zfs-row'}
              style={{ top: (first + n) * rowHeight, height: rowHeight }}
              onClick={() => props.onSelect(row)}
            >
              {props.render(row, isSelected)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Arrows, pages, ends; anything else is the chosen row's business. */
function rowKeys<T>(
  props: VirtualRowsProps<T>,
  selectedAt: number,
  host: React.RefObject<HTMLDivElement | null>,
  height: number,
): (event: KeyboardEvent) => void {
  const { rows, rowHeight } = props;
  const page = Math.max(1, Math.floor(height / rowHeight) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: selectedAt + 1,
    ArrowUp: selectedAt - 1,
    PageDown: selectedAt + page,
    PageUp: selectedAt - page,
    Home: 0,
    End: rows.length - 1,
  };
  return (event) => {
    const to = steps[event.key];
    const row = rows[selectedAt];
    if (to === undefined) {
      if (row !== undefined) props.onKey?.(event, row);
      return;
    }
    event.preventDefault();
    const at = Math.max(0, Math.min(rows.length - 1, to));
    const next = rows[at];
    if (next === undefined) return;
    props.onSelect(next);
    reveal(host.current, at * rowHeight, rowHeight);
  };
}

function useViewport(host: React.RefObject<HTMLDivElement | null>): {
  top: number;
  height: number;
} {
  const [view, setView] = useState({ top: 0, height: 400 });
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const read = (): void => {
      const { scrollTop: top, clientHeight: height } = element;
      setView((known) => (known.top === top && known.height === height ? known : { top, height }));
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, [host]);
  return view;
}

function reveal(element: HTMLElement | null, top: number, rowHeight: number): void {
  if (element === null) return;
  if (top < element.scrollTop) element.scrollTop = top;
  const overhang = top + rowHeight - element.scrollTop - element.clientHeight;
  if (overhang > 0) element.scrollTop += overhang;
}
