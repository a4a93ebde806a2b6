/**
 * One tooltip for the whole window: any element with data-tip gets it after a rest of the pointer,
 * or at once when the keyboard brings the focus. data-tip-keys is shown as keys beside the text.
 * The element's own aria-label carries the words for screen readers, so the tooltip is hidden there.
 */
import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Keys } from '#renderer/ui/keys.tsx';

interface Shown {
  readonly target: HTMLElement;
  readonly text: string;
  readonly keys: string | undefined;
}

const REST_MS = 450;
/** Gap to the target and to the window's edge, in pixels. */
const GAP = 6;

function read(node: EventTarget | null): Shown | undefined {
  const target = node instanceof Element ? node.closest<HTMLElement>('[data-tip]') : null;
  const text = target?.dataset['tip'];
  if (target === null || text === undefined || text === '') return undefined;
  return { target, text, keys: target.dataset['tipKeys'] };
}

function useShown(): Shown | undefined {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    let timer = 0;
    const hide = (): void => {
      window.clearTimeout(timer);
      setShown(undefined);
    };
    const over = (event: Event): void => {
      hide();
      const next = read(event.target);
      if (next !== undefined) timer = window.setTimeout(() => setShown(next), REST_MS);
    };
    const focus = (event: Event): void => {
      hide();
      const next = read(event.target);
      if (next?.target.matches(':focus-visible') === true) setShown(next);
    };
    document.addEventListener('pointerover', over, { signal });
    document.addEventListener('focusin', focus, { signal });
    for (const name of ['pointerdown', 'keydown', 'wheel', 'focusout']) {
      document.addEventListener(name, hide, { signal, capture: true, passive: true });
    }
    return () => {
      control.abort();
      window.clearTimeout(timer);
    };
  }, []);
  return shown;
}

export function Tooltip(): ReactElement | null {
  const shown = useShown();
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || shown === undefined) return;
    // A popover lies above modal dialogs too.
    if (!element.matches(':popover-open')) element.showPopover();
    const at = shown.target.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    const below = at.bottom + GAP + own.height < window.innerHeight;
    const left = at.left + at.width / 2 - own.width / 2;
    const top = below ? at.bottom + GAP : at.top - GAP - own.height;
    element.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - own.width - GAP))}px`;
    element.style.top = `${Math.max(GAP, top)}px`;
  }, [shown]);

  if (shown === undefined) return null;
  return (
    <div ref={box} className="tooltip" popover="manual" aria-hidden="true">
      <span>{shown.text}</span>
      {shown.keys === undefined ? null : <Keys text={shown.keys} />}
    </div>
  );
}
