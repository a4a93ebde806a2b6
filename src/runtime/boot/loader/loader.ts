/**
 * The loader: it has read a medium's volume, shows the menu on the console, counts down, takes
 * commands at its prompt, and ends with what to boot. It runs before there is a kernel: keys and the
 * passing of time come in, text goes out, nothing waits.
 * @man loader(7)
 */
import { MediaError } from '#base/media-error.ts';
import { decodeLatin1, decodeUtf8 } from '#base/bytes.ts';
import { parseLoaderConf } from '#boot/loader/loader-conf.ts';
import {
  type BootChoice,
  bootChoice,
  type MenuState,
  menuAction,
  menuItems,
  OS_CONSOLES,
  type OsConsole,
  pageTitle,
  type PlatformChoice,
} from '#boot/loader/menu.ts';
import { runLoaderCommand } from '#boot/loader/prompt.ts';
import { describePlatform, type MediumVolume } from '#boot/media/medium.ts';

export type LoaderResult =
  | { readonly kind: 'boot'; readonly choice: BootChoice }
  | { readonly kind: 'reboot' };

const DEFAULT_DELAY_SECONDS = 10;
const MENU_WIDTH = 42;
const COUNTDOWN_ROW = 16;
const CLEAR = '\x1b[2J\x1b[H';

export class Loader {
  readonly variables: Map<string, string>;
  readonly volume: MediumVolume;
  /** False when loader.conf or the lab said to boot at once: nobody sees a menu then. */
  readonly isAttended: boolean;
  readonly #write: (text: string) => void;
  #menu: MenuState;
  /** Undefined: not counting, a key was pressed. */
  #deadlineNs: bigint | undefined;
  #shownSeconds = -1;
  /** The line being typed at the prompt; undefined while the menu is shown. */
  #line: string | undefined;
  #result: LoaderResult | undefined;

  /**
   * `nowNs` starts the countdown; `preset` wins over loader.conf. Text written ends lines with CR LF.
   */
  constructor(
    volume: MediumVolume,
    preset: ReadonlyMap<string, string>,
    nowNs: bigint,
    write: (text: string) => void,
  ) {
    this.volume = volume;
    this.#write = write;
    this.variables = new Map();
    for (const file of ['boot/loader.conf', 'boot/loader.conf.local']) this.#readConf(file);
    for (const [name, value] of preset) this.variables.set(name, value);
    this.isAttended = delaySeconds(this.variables) !== 0;
    const platforms = platformsOf(volume);
    const osConsole = this.variables.get('os_console') as OsConsole;
    this.#menu = {
      page: { name: 'main', part: 0 },
      platforms,
      settings: {
        osConsole: OS_CONSOLES.includes(osConsole) ? osConsole : 'text',
        isVerbose: this.variables.get('boot_verbose') === 'YES',
        kmdb: 0,
        isRescue: false,
        platform: platforms[0]?.folder ?? 'platform',
      },
    };
    this.#start(nowNs);
  }

  get result(): LoaderResult | undefined {
    return this.#result;
  }

  /** When `tick` has something to do. */
  get wakeAtNs(): bigint | undefined {
    if (this.#deadlineNs === undefined || this.#result !== undefined) return undefined;
    return this.#deadlineNs - BigInt(this.#shownSeconds - 1) * 1_000_000_000n;
  }

  get settings(): MenuState['settings'] {
    return this.#menu.settings;
  }

  tick(nowNs: bigint): void {
    if (this.#deadlineNs === undefined || this.#result !== undefined) return;
    const seconds = Number((this.#deadlineNs - nowNs + 999_999_999n) / 1_000_000_000n);
    if (seconds <= 0) this.boot();
    else this.#showCountdown(seconds);
  }

  /** Keys from the console. */
  input(bytes: Uint8Array): void {
    for (const key of decodeLatin1(bytes)) {
      if (this.#result !== undefined) return;
      if (this.#line === undefined) this.#menuKey(key);
      else this.#promptKey(key);
    }
  }

  /** Ends the loader with what is set now. */
  boot(): void {
    this.#deadlineNs = undefined;
    this.#write(CLEAR);
    this.#result = { kind: 'boot', choice: bootChoice(this.#menu.settings, this.variables) };
  }

  reboot(): void {
    this.#result = { kind: 'reboot' };
  }

  /** What was chosen can't be booted: the person may choose again. */
  backToPrompt(): void {
    this.#result = undefined;
    this.showPrompt();
  }

  showMenu(): void {
    this.#line = undefined;
    this.#draw();
  }

  /** At the prompt: what the program says, and the next prompt. */
  say(text: string): void {
    this.#write(text.replaceAll('\n', '\r\n'));
  }

  showPrompt(): void {
    this.#line = '';
    this.#write('OK ');
  }

  #start(nowNs: bigint): void {
    const seconds = delaySeconds(this.variables);
    if (seconds === 0) {
      this.boot();
      return;
    }
    if (seconds === undefined) {
      this.#draw();
      return;
    }
    this.#deadlineNs = nowNs + BigInt(seconds) * 1_000_000_000n;
    this.#draw();
    this.#showCountdown(seconds);
  }

  #readConf(path: string): void {
    const bytes = this.volume.readFile(path);
    if (bytes === undefined) return;
    const { values, problems } = parseLoaderConf(decodeUtf8(bytes));
    for (const [name, value] of values) this.variables.set(name, value);
    for (const { line, text } of problems) {
      this.#write(`${path}:${line}: not a setting: ${text}\r\n`);
    }
  }

  #menuKey(key: string): void {
    const action = menuAction(this.#menu, key);
    const wasCounting = this.#deadlineNs !== undefined;
    this.#deadlineNs = undefined;
    if (action?.kind === 'boot') this.boot();
    else if (action?.kind === 'reboot') this.reboot();
    else if (action?.kind === 'prompt') this.#escape();
    else if (action !== undefined) {
      const { page, settings } = this.#menu;
      this.#menu = {
        ...this.#menu,
        page: action.kind === 'page' ? action.page : page,
        settings: action.kind === 'set' ? action.settings : settings,
      };
      this.#draw();
    } else if (wasCounting) this.#draw();
  }

  #escape(): void {
    this.variables.set('autoboot_delay', 'NO');
    this.#write(CLEAR);
    this.say("\nTo get back to the menu, type `menu' and press ENTER\n");
    this.say("or type `boot' and press ENTER to start SmartOS.\n\n");
    this.showPrompt();
  }

  #promptKey(key: string): void {
    const line = this.#line ?? '';
    if (key === '\r' || key === '\n') {
      this.#write('\r\n');
      this.#line = '';
      runLoaderCommand(this, line.trim());
    } else if (key === '\x7f' || key === '\b') {
      if (line === '') return;
      this.#line = line.slice(0, -1);
      this.#write('\b \b');
    } else if (key === '\x15') {
      this.#write('\b \b'.repeat(line.length));
      this.#line = '';
    } else if (key >= ' ' && key <= '~') {
      this.#line = line + key;
      this.#write(key);
    }
  }

  #draw(): void {
    const { page, settings, platforms } = this.#menu;
    const title = ` ${pageTitle(page)} `;
    const left = Math.floor((MENU_WIDTH - title.length) / 2);
    const edge = '='.repeat(left) + title + '='.repeat(MENU_WIDTH - title.length - left);
    const row = (text: string): string => `  |${text.padEnd(MENU_WIDTH)}|`;
    const rows = [
      '',
      `  +${edge}+`,
      row(''),
      ...menuItems(this.#menu).map(({ digit, label }) => row(`  ${digit}. ${label}`)),
      row(''),
    ];
    while (rows.length < COUNTDOWN_ROW - 3) rows.push(row(''));
    const stamp = platforms.find(({ folder }) => folder === settings.platform)?.stamp ?? '';
    rows.push(`  +${'='.repeat(MENU_WIDTH)}+`, `   Platform Image: ${stamp}`, '');
    this.#write(CLEAR + rows.join('\r\n'));
    this.#shownSeconds = -1;
  }

  #showCountdown(seconds: number): void {
    if (seconds === this.#shownSeconds) return;
    this.#shownSeconds = seconds;
    const text = `Autoboot in ${seconds} seconds. [Space] to pause`;
    this.#write(`\x1b[${COUNTDOWN_ROW};4H${text}\x1b[K`);
  }
}

/** Seconds until the default boots: 0 at once, undefined never. @man loader(7) autoboot_delay */
function delaySeconds(variables: ReadonlyMap<string, string>): number | undefined {
  const delay = variables.get('autoboot_delay');
  if (delay === 'NO') return undefined;
  const seconds = Number(delay ?? DEFAULT_DELAY_SECONDS);
  return Number.isInteger(seconds) ? Math.max(seconds, 0) : DEFAULT_DELAY_SECONDS;
}

/** The default platform, then those that piadm keeps below os/, newest first. */
function platformsOf(volume: MediumVolume): PlatformChoice[] {
  const stamps = (volume.list('os') ?? []).filter(({ isDirectory }) => isDirectory);
  const folders = stamps
    .map(({ name }) => `os/${name}/platform`)
    .sort()
    .toReversed();
  const found: PlatformChoice[] = [];
  for (const folder of ['platform', ...folders]) {
    try {
      const platform = describePlatform(volume, folder);
      if (platform !== undefined) found.push({ folder, stamp: platform.stamp });
    } catch (error) {
      // A platform that can't be read is no choice; the others still are.
      if (!(error instanceof MediaError)) throw error;
    }
  }
  return found;
}
