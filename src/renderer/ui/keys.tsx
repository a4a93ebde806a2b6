/** A shortcut as keycaps. `text` is formatted by model/keybinding.ts: caps separated by spaces. */
import type { ReactElement } from 'react';

export function Keys({ text }: { readonly text: string }): ReactElement {
  return (
    <span className="keys">
      {text.split(' ').map((cap) => (
        <kbd key={cap} className="keycap">
          {cap}
        </kbd>
      ))}
    </span>
  );
}
