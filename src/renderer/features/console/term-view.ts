/**
 * An xterm.js terminal in an element of its own: options, renderer, links, search, clipboard. Knows
 * nothing of nodes; console-feed.ts and terminal-feed.ts bring the bytes.
 * Surprising: WebGL is used only where a real GPU draws it. A software rasteriser passes for WebGL
 * but is slower than the DOM renderer, which is also what a lost context falls back to.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TermPalette } from '#renderer/features/console/term-palette.ts';

export interface TermOptions {
  readonly label: string;
  readonly fontFamily: string;
  readonly fontSizePx: number;
  readonly scrollbackLines: number;
  readonly hasBlinkingCursor: boolean;
  readonly isReadAloud: boolean;
}

export interface FindOptions {
  readonly isCaseSensitive: boolean;
  readonly isRegex: boolean;
}

export interface FindResult {
  /** −1 while the matches are more than can be counted. */
  readonly index: number;
  readonly count: number;
}

/** Lets the person open an address; says why not when it is not allowed. */
export type OpenLink = (address: string, hasModifier: boolean) => void;

export const DEFAULT_MONO =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/** A real GPU behind WebGL 2? Asked once a view; the probe's context is given back at once. */
function hasFastWebgl(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (context === null) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = info === null ? '' : String(context.getParameter(info.UNMASKED_RENDERER_WEBGL));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

export class TermView {
  readonly terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 5000 });
  #webgl: WebglAddon | undefined;
  #palette: TermPalette;
  #isOpen = false;
  #findKind = '';

  constructor(options: TermOptions, palette: TermPalette, openLink: OpenLink) {
    this.#palette = palette;
    const follow = (event: MouseEvent, address: string): void =>
      openLink(address, event.ctrlKey || event.metaKey);
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: options.hasBlinkingCursor,
      cursorInactiveStyle: 'outline',
      drawBoldTextInBrightColors: false,
      fontFamily: options.fontFamily === '' ? DEFAULT_MONO : options.fontFamily,
      fontSize: options.fontSizePx,
      lineHeight: 1.2,
      linkHandler: { activate: follow },
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      overviewRuler: { width: 10 },
      rightClickSelectsWord: false,
      screenReaderMode: options.isReadAloud,
      scrollback: options.scrollbackLines,
      theme: palette.theme,
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(this.#search);
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.loadAddon(new WebLinksAddon(follow));
    this.terminal.unicode.activeVersion = '11';
  }

  open(element: HTMLElement, label: string): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.terminal.open(element);
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.fit();
  }

  /** Draws with WebGL while `isVisible`; browsers keep only a few contexts alive. */
  setVisible(isVisible: boolean): void {
    if (!isVisible) {
      this.#webgl?.dispose();
      this.#webgl = undefined;
      return;
    }
    if (this.#webgl !== undefined || !this.#isOpen || !hasFastWebgl()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => {
        webgl.dispose();
        if (this.#webgl === webgl) this.#webgl = undefined;
      });
      this.terminal.loadAddon(webgl);
      this.#webgl = webgl;
    } catch {
      // No WebGL after all: the DOM renderer is at work already.
      this.#webgl = undefined;
    }
  }

  /** Takes the element's size. False when it has none (a hidden pane). */
  fit(): boolean {
    const size = this.#fit.proposeDimensions();
    if (size === undefined || !Number.isFinite(size.cols) || size.cols < 2) return false;
    this.#fit.fit();
    return true;
  }

  change(options: TermOptions, palette: TermPalette): void {
    const set = this.terminal.options;
    this.#palette = palette;
    set.theme = palette.theme;
    set.cursorBlink = options.hasBlinkingCursor;
    set.fontFamily = options.fontFamily === '' ? DEFAULT_MONO : options.fontFamily;
    set.fontSize = options.fontSizePx;
    set.screenReaderMode = options.isReadAloud;
    set.scrollback = options.scrollbackLines;
    this.fit();
  }

  /** Resolves when the bytes are parsed: what slows the sender down to what can be shown. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => {
      this.terminal.write(bytes, resolve);
    });
  }

  find(term: string, options: FindOptions, step: 'next' | 'previous' | 'typed'): void {
    const { match, activeMatch, matchLine } = this.#palette;
    const found = {
      caseSensitive: options.isCaseSensitive,
      regex: options.isRegex,
      incremental: step === 'typed',
      decorations: {
        matchBackground: match,
        matchOverviewRuler: match,
        activeMatchBackground: activeMatch,
        activeMatchBorder: matchLine,
        activeMatchColorOverviewRuler: matchLine,
      },
    };
    // The add-on keeps its list of matches when only the options change.
    const kind = `${options.isCaseSensitive} ${options.isRegex}`;
    if (kind !== this.#findKind) this.#search.clearDecorations();
    this.#findKind = kind;
    // The match is also selected, and the selection is painted over its decoration.
    const { theme } = this.#palette;
    this.terminal.options.theme = { ...theme, selectionInactiveBackground: activeMatch };
    if (step === 'previous') this.#search.findPrevious(term, found);
    else this.#search.findNext(term, found);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.terminal.clearSelection();
    this.terminal.options.theme = this.#palette.theme;
  }

  onFound(listener: (result: FindResult) => void): { dispose(): void } {
    return this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      listener({ index: resultIndex, count: resultCount }),
    );
  }

  /** A program has the whole screen: the other buffer, or cursor keys in application mode. */
  isFullScreen(): boolean {
    const { buffer, modes } = this.terminal;
    return buffer.active.type === 'alternate' || modes.applicationCursorKeysMode;
  }

  isAtBottom(): boolean {
    const { active } = this.terminal.buffer;
    return active.viewportY >= active.baseY;
  }

  dispose(): void {
    this.#webgl?.dispose();
    this.terminal.dispose();
  }
}
