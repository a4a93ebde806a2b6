/**
 * The icons: our own strokes on a 16-unit grid, drawn in the text's colour. Always decoration: what
 * a control does is said by its label.
 */
import type { ReactElement } from 'react';

const PATHS = {
  plus: 'M8 3.5v9M3.5 8h9',
  close: 'M4.25 4.25l7.5 7.5M11.75 4.25l-7.5 7.5',
  check: 'M3.5 8.5l3 3 6-7',
  chevronDown: 'M4.5 6.5L8 10l3.5-3.5',
  chevronRight: 'M6.5 4.5L10 8l-3.5 3.5',
  chevronUp: 'M4.5 9.5L8 6l3.5 3.5',
  arrowDown: 'M8 3v9.5M4 8.75L8 12.5l4-3.75',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  power: 'M8 2.25v5.5M4.75 4.1a5 5 0 1 0 6.5 0',
  play: 'M5 3.25v9.5l7.5-4.75z',
  stop: 'M4 4h8v8H4z',
  reset: 'M12.9 8a4.9 4.9 0 1 1-1.5-3.5L13 6M13 2.75V6H9.75',
  bolt: 'M8.75 1.75L3.5 9h4l-.5 5.25L12.5 7h-4z',
  terminal: 'M2.5 3.25h11v9.5h-11zM5 6.25L7 8 5 9.75M8.25 10h2.75',
  console: 'M2 3h12v8.25H2zM5.5 13.5h5M8 11.25v2.25',
  lab: 'M6.2 2h3.6M6.8 2v4L3.2 12a1.3 1.3 0 0 0 1.1 2h7.4a1.3 1.3 0 0 0 1.1-2L9.2 6V2M4.6 10h6.8',
  node: 'M2.5 3.25h11v4h-11zM2.5 8.75h11v4h-11zM5 5.25h.01M5 10.75h.01',
  search: 'M7.1 11.7a4.6 4.6 0 1 0 0-9.2 4.6 4.6 0 0 0 0 9.2zM10.5 10.5l3 3',
  sidebar: 'M2.25 3h11.5v10H2.25zM6.25 3v10',
  settings:
    'M2.5 4.75h6.25M12 4.75h1.5M10.4 6.4a1.65 1.65 0 1 0 0-3.3 1.65 1.65 0 0 0 0 3.3zM2.5 11.25H4M7.25 11.25h6.25M5.6 12.9a1.65 1.65 0 1 0 0-3.3 1.65 1.65 0 0 0 0 3.3z',
  warning: 'M8 2.25l6.25 11H1.75zM8 6.5v3M8 11.4h.01',
  error: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM8 4.9v3.7M8 10.9h.01',
  info: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM8 7.3v3.8M8 5.1h.01',
  ok: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM5.3 8.2l1.9 1.9 3.5-4',
  trash: 'M3 4.5h10M6.25 4.5V2.75h3.5V4.5M4.25 4.5l.6 8.75h6.3l.6-8.75M6.75 7v3.75M9.25 7v3.75',
  pencil: 'M3 13l.7-3.1 7-7a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2l-7 7zM9.6 4l2.4 2.4',
  download: 'M8 2.5v7.25M4.75 6.75L8 10l3.25-3.25M2.75 12.75h10.5',
  upload: 'M8 10V2.75M4.75 6L8 2.75 11.25 6M2.75 12.75h10.5',
  copy: 'M5.75 5.75h7.5v7.5h-7.5zM3.75 10.25h-1v-7.5h7.5v1',
  keyboard:
    'M1.75 4.25h12.5v7.5H1.75zM4.25 6.75h.01M6.75 6.75h.01M9.25 6.75h.01M11.75 6.75h.01M5 9.25h6',
  theme: 'M8 13.5a5.5 5.5 0 1 0 0-11zM8 2.5a5.5 5.5 0 1 0 0 11z',
  moon: 'M13.25 9.6A5.6 5.6 0 0 1 6.4 2.75a5.6 5.6 0 1 0 6.85 6.85z',
  layout: 'M2.25 3h11.5v10H2.25zM2.25 6h11.5M8.75 6v7',
  plug: 'M5.75 2v3.25M10.25 2v3.25M4 5.25h8V8a4 4 0 0 1-8 0zM8 12v2.25',
  disk: 'M3 4.3c0-2.6 10-2.6 10 0s-10 2.6-10 0zv7.4c0 2.6 10 2.6 10 0V4.3M3 8c0 2.6 10 2.6 10 0',
  clear:
    'M3 13.25h10M5.2 10.9l-2-2a1 1 0 0 1 0-1.4l4.4-4.4a1 1 0 0 1 1.4 0l3 3a1 1 0 0 1 0 1.4l-3.9 3.9H5.7z',
} as const;

export type IconName = keyof typeof PATHS;

export interface IconProps {
  readonly name: IconName;
  /** Edge in CSS pixels. */
  readonly size?: number;
  readonly className?: string;
}

const FILLED: ReadonlySet<IconName> = new Set(['play', 'stop']);

export function Icon({ name, size = 16, className }: IconProps): ReactElement {
  return (
    <svg
      className={className === undefined ? 'icon' : `icon ${className}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={FILLED.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2 : 1.35}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
