/**
 * One terminal pane at work: ties a view to a feed, the connection, the settings and the theme, and
 * tells React what it must show around the screen. Lives as long as its pane.
 */
import { createStore, type StoreApi } from 'zustand';
import { encodeLatin1, encodeUtf8 } from '#base/bytes.ts';
import {
  ConsoleFeed,
  type Feed,
  type FeedEnd,
  TerminalFeed,
} from '#renderer/features/console/feed.ts';
import { type TermPalette, termPalette } from '#renderer/features/console/term-palette.ts';
import {
  type FindOptions,
  type FindResult,
  TermView,
} from '#renderer/features/console/term-view.ts';
import { findNode, type LabState, type NodeAddress } from '#renderer/model/lab-state.ts';
import { currentTheme, onThemeChange } from '#renderer/model/theme.ts';
import { notify, report, type TerminalHandle, type Workbench } from '#renderer/model/workbench.ts';
import { toLabError } from '#protocol/errors.ts';

export type PaneKind = 'console' | 'terminal';

export interface SessionState {
  readonly status: 'waiting' | 'live' | 'ended';
  /** Why it ended, for the person. */
  readonly message: string;
  /** Nothing was printed yet. */
  readonly isEmpty: boolean;
  readonly isAtBottom: boolean;
  readonly hasNewBelow: boolean;
  readonly isFinding: boolean;
  readonly found: FindResult | undefined;
}

const INITIAL: SessionState = {
  status: 'waiting',
  message: '',
  isEmpty: true,
  isAtBottom: true,
  hasNewBelow: false,
  isFinding: false,
  found: undefined,
};

/** Resizes come in storms while a sash moves; the node hears of the last. */
const RESIZE_PAUSE_MS = 60;

export class TermSession implements TerminalHandle {
  readonly address: NodeAddress;
  readonly state: StoreApi<SessionState> = createStore<SessionState>()(() => INITIAL);
  readonly #bench: Workbench;
  readonly #kind: PaneKind;
  readonly #view: TermView;
  readonly #feed: Feed;
  readonly #undo: (() => void)[] = [];
  #isRunning = false;
  #isDisposed = false;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(bench: Workbench, kind: PaneKind, address: NodeAddress) {
    this.#bench = bench;
    this.#kind = kind;
    this.address = address;
    this.#view = new TermView(this.#options(), readPalette(), (uri, hasModifier) =>
      this.#openLink(uri, hasModifier),
    );
    const screen = {
      write: (bytes: Uint8Array | string) => {
        if (this.state.getState().isEmpty) this.state.setState({ isEmpty: false });
        return this.#view.write(bytes);
      },
      reset: () => this.#view.terminal.reset(),
    };
    this.#feed =
      kind === 'console' ? new ConsoleFeed(address, screen) : new TerminalFeed(address, screen);
  }

  /** Puts the screen into `element` and begins. */
  mount(element: HTMLElement): void {
    const { terminal } = this.#view;
    const what = this.#kind === 'console' ? 'Console' : 'Terminal';
    this.#view.open(element, `${what} of ${this.address.node}. Press F6 to leave it.`);
    this.#view.setVisible(true);
    const kept = [
      terminal.onData((text) => this.#send(encodeUtf8(text))),
      terminal.onBinary((text) => this.#send(encodeLatin1(text))),
      terminal.onResize(() => this.#resizeSoon()),
      terminal.onScroll(() => this.#noteScroll()),
      terminal.onWriteParsed(() => this.#noteOutput()),
      this.#view.onFound((found) => this.state.setState({ found })),
    ];
    this.#undo.push(() => {
      for (const item of kept) item.dispose();
    });
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.#fit()));
    observer.observe(element);
    this.#undo.push(() => observer.disconnect());
    this.#undo.push(this.#bench.lab.subscribe((now, before) => this.#follow(now, before)));
    this.#undo.push(
      this.#bench.ui.subscribe((now, before) => {
        if (now.isReadAloud !== before.isReadAloud) this.#restyle();
      }),
    );
    this.#undo.push(onThemeChange(() => this.#restyle()));
    this.#start();
  }

  #options(): ConstructorParameters<typeof TermView>[0] {
    const { settings } = this.#bench.lab.getState();
    return {
      label: this.address.node,
      fontFamily: settings.consoleFontFamily,
      fontSizePx: settings.consoleFontSizePx,
      scrollbackLines: settings.consoleScrollbackLines,
      hasBlinkingCursor: settings.consoleCursorBlink,
      isReadAloud: this.#bench.ui.getState().isReadAloud,
    };
  }

  #restyle(): void {
    this.#view.change(this.#options(), readPalette());
  }

  #follow(now: LabState, before: LabState): void {
    if (now.settings !== before.settings) this.#restyle();
    const isNew = now.connection.kind === 'online' && before.connection.kind !== 'online';
    const state = findNode(now, this.address)?.state.kind;
    const wasRunning = findNode(before, this.address)?.state.kind === 'running';
    if (isNew || (this.#kind === 'terminal' && state === 'running' && !wasRunning)) this.#start();
  }

  /** Runs the feed if it can run now. */
  #start(): void {
    const lab = this.#bench.lab.getState();
    if (this.#isRunning || this.#isDisposed || lab.connection.kind !== 'online') return;
    const state = findNode(lab, this.address)?.state.kind;
    if (this.#kind === 'terminal' && state !== 'running') {
      this.state.setState({ status: 'ended', message: 'The node is not running' });
      return;
    }
    this.#isRunning = true;
    this.state.setState({ status: 'live', message: '' });
    const { cols, rows } = this.#view.terminal;
    void this.#feed
      .run(this.#bench.link.client(), { columns: cols, rows })
      .then((end) => this.#ended(end));
  }

  #ended(end: FeedEnd): void {
    this.#isRunning = false;
    if (this.#isDisposed) return;
    this.state.setState({ status: 'ended', message: endMessage(end) });
  }

  /** Begins again after the end. */
  restart(): void {
    if (this.#kind === 'terminal') this.#view.terminal.reset();
    this.#start();
    this.focus();
  }

  #send(bytes: Uint8Array): void {
    if (this.state.getState().status === 'ended') {
      // Enter in a terminal that ended opens a new one.
      if (bytes.length === 1 && bytes[0] === 13) this.restart();
      return;
    }
    this.#ask(() => this.#feed.send(this.#bench.link.client(), bytes));
  }

  /** What fails because the connection or the node went away is shown elsewhere. */
  #ask(work: () => Promise<void>): void {
    const expected = new Set(['disconnected', 'terminalNotFound', 'nodeNotRunning', 'cancelled']);
    const fail = (thrown: unknown): void => {
      if (!expected.has(toLabError(thrown).code)) report(this.#bench, thrown);
    };
    try {
      work().catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  }

  #fit(): void {
    if (!this.#isDisposed) this.#view.fit();
  }

  #resizeSoon(): void {
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => {
      const { cols, rows } = this.#view.terminal;
      if (!this.#isRunning || this.#isDisposed) return;
      this.#ask(() => this.#feed.resize(this.#bench.link.client(), { columns: cols, rows }));
    }, RESIZE_PAUSE_MS);
  }

  #noteScroll(): void {
    const isAtBottom = this.#view.isAtBottom();
    const { isAtBottom: was, hasNewBelow } = this.state.getState();
    if (isAtBottom === was && !(isAtBottom && hasNewBelow)) return;
    this.state.setState({ isAtBottom, hasNewBelow: hasNewBelow && !isAtBottom });
  }

  #noteOutput(): void {
    this.#noteScroll();
    const { isAtBottom, hasNewBelow } = this.state.getState();
    if (!isAtBottom && !hasNewBelow) this.state.setState({ hasNewBelow: true });
  }

  #openLink(uri: string, hasModifier: boolean): void {
    const isMac = this.#bench.platform === 'mac';
    if (!hasModifier) {
      const key = isMac ? '⌘' : 'Ctrl';
      notify(this.#bench, { level: 'info', title: `Hold ${key} and click to open the link` });
    } else if (/^https?:\/\//i.test(uri)) {
      // The host decides: a browser opens a tab, Electron's window hands it to the system or refuses.
      window.open(uri, '_blank', 'noopener,noreferrer');
    }
  }

  setVisible(isVisible: boolean): void {
    this.#view.setVisible(isVisible);
    if (isVisible) requestAnimationFrame(() => this.#fit());
  }

  find(): void {
    this.state.setState({ isFinding: true });
  }

  search(term: string, options: FindOptions, step: 'next' | 'previous' | 'typed'): void {
    this.#view.find(term, options, step);
  }

  endFind(): void {
    this.#view.endFind();
    this.state.setState({ isFinding: false, found: undefined });
    this.focus();
  }

  async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.#view.terminal.getSelection());
    this.focus();
  }

  /** The browser may ask the person first, or refuse; its own shortcut always works. */
  async paste(): Promise<void> {
    try {
      this.#view.terminal.paste(await navigator.clipboard.readText());
    } catch {
      const keys = this.#bench.platform === 'mac' ? '⌘ V' : 'Ctrl Shift V';
      notify(this.#bench, {
        level: 'info',
        title: 'The browser did not give the clipboard',
        advice: `Press ${keys} in the console instead.`,
      });
    }
    this.focus();
  }

  selectAll(): void {
    this.#view.terminal.selectAll();
  }

  clear(): void {
    this.#view.terminal.clear();
    this.focus();
  }

  scrollToBottom(): void {
    this.#view.terminal.scrollToBottom();
    this.focus();
  }

  focus(): void {
    this.#view.terminal.focus();
  }

  hasSelection(): boolean {
    return this.#view.terminal.hasSelection();
  }

  isFullScreen(): boolean {
    return this.#view.isFullScreen();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#resizeTimer);
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.#feed.cancel();
    this.#view.dispose();
  }
}

function readPalette(): TermPalette {
  const style = getComputedStyle(document.documentElement);
  return termPalette((name) => style.getPropertyValue(name), currentTheme());
}

function endMessage(end: FeedEnd): string {
  if (end.kind === 'failed') return end.message;
  if (end.kind === 'cancelled') return 'The connection ended';
  const { kind, value } = end.status;
  if (kind === 'lost') return 'The node went away';
  if (kind === 'killed') return `The shell was killed by signal ${value}`;
  return value === 0 ? 'The shell exited' : `The shell exited with status ${value}`;
}
