/**
 * The loader's menu as data: pages of items, what each shows for the settings as they are, and what a
 * key changes. No terminal here (loader.ts draws), so that every path through it can be tested.
 * @see smartos-live, the loader's menu.rc  @man loader(7)
 */

export const OS_CONSOLES = ['text', 'ttya', 'ttyb', 'ttyc', 'ttyd'] as const;
export type OsConsole = (typeof OS_CONSOLES)[number];

/** What kmdb is asked to do, in the order in which the item cycles; flags for the kernel. */
const KMDB: readonly { readonly label: string; readonly flags: readonly string[] }[] = [
  { label: 'Off', flags: [] },
  { label: 'Load', flags: ['-k'] },
  { label: 'Load, NMI enters it', flags: ['-k', '-B nmi=kmdb'] },
  { label: 'Enter at boot', flags: ['-kd'] },
  { label: 'Enter at boot, NMI too', flags: ['-kd', '-B nmi=kmdb'] },
];

export interface LoaderSettings {
  readonly osConsole: OsConsole;
  readonly isVerbose: boolean;
  readonly kmdb: number;
  readonly isRescue: boolean;
  /** Folder of the platform to boot on the medium. */
  readonly platform: string;
}

export interface MenuPage {
  readonly name: 'main' | 'options' | 'platforms';
  /** Which screenful of the list of platforms. */
  readonly part: number;
}

/** A platform that can be chosen, newest first; the first is the default. */
export interface PlatformChoice {
  readonly folder: string;
  readonly stamp: string;
}

export interface MenuState {
  readonly page: MenuPage;
  readonly settings: LoaderSettings;
  readonly platforms: readonly PlatformChoice[];
}

export type MenuAction =
  | { readonly kind: 'boot' | 'prompt' | 'reboot' }
  | { readonly kind: 'page'; readonly page: MenuPage }
  | { readonly kind: 'set'; readonly settings: LoaderSettings };

export interface MenuItem {
  /** Digit in front of the item. */
  readonly digit: string;
  /** Further keys: letters in lower case, `\r`, `\x1b`, `\x7f`. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly action: MenuAction;
}

const PLATFORMS_PER_PART = 5;

export function pageTitle(page: MenuPage): string {
  if (page.name === 'options') return 'Configure Boot Options';
  return page.name === 'platforms' ? 'Alternate Platform Images' : 'Welcome to SmartOS';
}

export function menuItems(state: MenuState): MenuItem[] {
  if (state.page.name === 'options') return optionItems(state.settings);
  if (state.page.name === 'platforms') return platformItems(state);
  const page = (name: MenuPage['name']): MenuAction => ({ kind: 'page', page: { name, part: 0 } });
  const items: MenuItem[] = [
    { digit: '1', keys: ['\r', 'b'], label: 'Boot SmartOS [Enter]', action: { kind: 'boot' } },
    { digit: '2', keys: ['\x1b'], label: '[Esc]ape to loader prompt', action: { kind: 'prompt' } },
    { digit: '3', keys: [], label: 'Reboot', action: { kind: 'reboot' } },
    { digit: '4', keys: ['o'], label: 'Configure Boot [O]ptions...', action: page('options') },
  ];
  if (state.platforms.length > 1) {
    const label = 'Alternate [P]latform Images...';
    items.push({ digit: '5', keys: ['p'], label, action: page('platforms') });
  }
  return items;
}

const BACK: MenuItem = {
  digit: '1',
  keys: ['\x7f', '\b'],
  label: 'Back to Main Menu [Backspace]',
  action: { kind: 'page', page: { name: 'main', part: 0 } },
};

function optionItems(settings: LoaderSettings): MenuItem[] {
  const { osConsole, isVerbose, kmdb, isRescue } = settings;
  const set = (change: Partial<LoaderSettings>): MenuAction => ({
    kind: 'set',
    settings: { ...settings, ...change },
  });
  const next = OS_CONSOLES[(OS_CONSOLES.indexOf(osConsole) + 1) % OS_CONSOLES.length] ?? 'text';
  const onOff = (is: boolean): string => (is ? 'On' : 'Off');
  return [
    BACK,
    {
      digit: '2',
      keys: ['c'],
      label: `OS [C]onsole: ${osConsole}`,
      action: set({ osConsole: next }),
    },
    {
      digit: '3',
      keys: ['v'],
      label: `[V]erbose: ${onOff(isVerbose)}`,
      action: set({ isVerbose: !isVerbose }),
    },
    {
      digit: '4',
      keys: ['k'],
      label: `[K]mdb: ${KMDB[kmdb]?.label ?? ''}`,
      action: set({ kmdb: (kmdb + 1) % KMDB.length }),
    },
    {
      digit: '5',
      keys: ['r'],
      label: `[R]escue Mode: ${onOff(isRescue)}`,
      action: set({ isRescue: !isRescue }),
    },
  ];
}

function platformItems({ page, settings, platforms }: MenuState): MenuItem[] {
  const [first, ...others] = platforms;
  const parts = Math.max(1, Math.ceil(others.length / PLATFORMS_PER_PART));
  const part = page.part % parts;
  const choose = (folder: string): MenuAction => ({
    kind: 'set',
    settings: { ...settings, platform: folder },
  });
  const mark = (folder: string): string => (folder === settings.platform ? ' *' : '');
  const shown = others.slice(part * PLATFORMS_PER_PART, (part + 1) * PLATFORMS_PER_PART);
  return [
    BACK,
    {
      digit: '2',
      keys: ['p'],
      label: `[P]age: ${part + 1} of ${parts}`,
      action: { kind: 'page', page: { name: 'platforms', part: (part + 1) % parts } },
    },
    ...(first === undefined
      ? []
      : [
          {
            digit: '3',
            keys: ['d'],
            label: `[D]efault: ${first.stamp}${mark(first.folder)}`,
            action: choose(first.folder),
          },
        ]),
    ...shown.map(({ folder, stamp }, index) => ({
      digit: String(4 + index),
      keys: [],
      label: `${stamp}${mark(folder)}`,
      action: choose(folder),
    })),
  ];
}

/** What `key` (one character) does on the page that is shown. */
export function menuAction(state: MenuState, key: string): MenuAction | undefined {
  const wanted = key === '\n' ? '\r' : key.toLowerCase();
  return menuItems(state).find(({ digit, keys }) => digit === wanted || keys.includes(wanted))
    ?.action;
}

export interface BootChoice {
  readonly platform: string;
  readonly flags: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
}

/** Loader settings that are the loader's own and no boot property. */
const LOADER_ONLY =
  /^(?:loader_|autoboot_delay$|console$|os_console$|.*_(?:load|type|name|flags)$)/;

/** The kernel's flags and properties for `settings` over the variables of loader.conf. */
export function bootChoice(
  settings: LoaderSettings,
  variables: ReadonlyMap<string, string>,
): BootChoice {
  const properties = new Map<string, string>();
  properties.set('console', settings.osConsole);
  for (const [name, value] of variables) {
    if (!LOADER_ONLY.test(name)) properties.set(name, value);
  }
  if (settings.isRescue) {
    properties.set('noimport', 'true');
    if (variables.has('smartos')) {
      properties.set('standalone', 'true');
      properties.set('smartos', 'false');
    }
  }
  const flags = settings.isVerbose ? ['-v'] : [];
  for (const flag of KMDB[settings.kmdb]?.flags ?? []) {
    if (flag.startsWith('-B ')) properties.set('nmi', 'kmdb');
    else flags.push(flag);
  }
  return { platform: settings.platform, flags, properties };
}
