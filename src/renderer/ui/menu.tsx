/**
 * A menu at an anchor or a point. The platform's popover gives the top layer and closes it on a
 * click elsewhere and on Esc; arrow keys, Home, End and first letters move inside. The focus goes
 * back to where it was.
 */
import {
  type KeyboardEvent,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Button, type ButtonProps } from '#renderer/ui/button.tsx';
import { Icon, type IconName } from '#renderer/ui/icon.tsx';
import { Keys } from '#renderer/ui/keys.tsx';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName | undefined;
  readonly keys?: string | undefined;
  /** Why it can't be chosen now; shown as the tooltip. */
  readonly disabledReason?: string | undefined;
  readonly isDanger?: boolean;
  readonly isChecked?: boolean;
  readonly hasLineAbove?: boolean;
  readonly onSelect: () => void;
}

/** A point, or the box of the element the menu hangs below. */
export interface MenuAnchor {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly anchor: MenuAnchor;
  readonly onClose: () => void;
}

const GAP = 4;

function place(menu: HTMLElement, anchor: MenuAnchor): void {
  const own = menu.getBoundingClientRect();
  const fitsBelow = anchor.bottom + GAP + own.height < window.innerHeight;
  const top = fitsBelow ? anchor.bottom + GAP : anchor.top - GAP - own.height;
  const fitsRight = anchor.left + own.width + GAP < window.innerWidth;
  const left = fitsRight ? anchor.left : anchor.right - own.width;
  menu.style.top = `${Math.max(GAP, top)}px`;
  menu.style.left = `${Math.max(GAP, left)}px`;
}

/** The entry to focus for a key, or undefined when the key means nothing here. */
function nextIndex(key: string, at: number, labels: readonly string[]): number | undefined {
  const count = labels.length;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key.length !== 1) return undefined;
  for (let step = 1; step <= count; step += 1) {
    const index = (at + step) % count;
    if (labels[index]?.toLowerCase().startsWith(key.toLowerCase()) === true) return index;
  }
  return undefined;
}

export function Menu({ label, items, anchor, onClose }: MenuProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const menu = box.current;
    if (menu === null) return;
    const before = document.activeElement;
    menu.showPopover();
    place(menu, anchor);
    menu.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
    // The anchor is where the menu was opened; it does not follow.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    const menu = box.current;
    const toggled = (event: Event): void => {
      if ((event as ToggleEvent).newState === 'closed') close.current();
    };
    menu?.addEventListener('toggle', toggled);
    return () => menu?.removeEventListener('toggle', toggled);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    if (event.key === 'Tab') {
      event.preventDefault();
      onClose();
      return;
    }
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const next = nextIndex(
      event.key,
      at,
      items.map((item) => item.label),
    );
    if (next === undefined) return;
    event.preventDefault();
    entries[next]?.focus();
  };

  return (
    <div
      ref={box}
      className="menu"
      role="menu"
      aria-label={label}
      popover="auto"
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <MenuRow key={item.id} item={item} onClose={onClose} />
      ))}
    </div>
  );
}

function MenuRow(props: { readonly item: MenuItem; readonly onClose: () => void }): ReactElement {
  const { item, onClose } = props;
  const isOff = item.disabledReason !== undefined;
  const role = item.isChecked === undefined ? 'menuitem' : 'menuitemradio';
  return (
    <>
      {item.hasLineAbove === true ? <hr className="menu-line" /> : null}
      <button
        type="button"
        role={role}
        className={item.isDanger === true ? 'menu-item menu-item-danger' : 'menu-item'}
        aria-checked={item.isChecked}
        aria-disabled={isOff ? true : undefined}
        data-tip={item.disabledReason}
        tabIndex={-1}
        onPointerEnter={(event) => event.currentTarget.focus({ preventScroll: true })}
        onClick={() => {
          if (isOff) return;
          onClose();
          item.onSelect();
        }}
      >
        <span className="menu-mark">
          {item.isChecked === true ? <Icon name="check" size={14} /> : null}
          {item.isChecked === undefined && item.icon !== undefined ? (
            <Icon name={item.icon} size={15} />
          ) : null}
        </span>
        <span className="menu-label">{item.label}</span>
        {item.keys === undefined ? null : <Keys text={item.keys} />}
      </button>
    </>
  );
}

export interface MenuButtonProps extends Omit<ButtonProps, 'onClick' | 'hasMenu' | 'isExpanded'> {
  readonly menuLabel: string;
  /** Asked when the menu opens, so that it shows the state of that moment. */
  readonly items: () => readonly MenuItem[];
}

export function MenuButton({ items, menuLabel, ...button }: MenuButtonProps): ReactElement {
  const [anchor, setAnchor] = useState<MenuAnchor>();
  const ref = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        {...button}
        ref={ref}
        hasMenu
        isExpanded={anchor !== undefined}
        onClick={() => {
          const at = ref.current?.getBoundingClientRect();
          setAnchor(anchor === undefined ? at : undefined);
        }}
      />
      {anchor === undefined ? null : (
        <Menu
          label={menuLabel}
          items={items()}
          anchor={anchor}
          onClose={() => setAnchor(undefined)}
        />
      )}
    </>
  );
}
