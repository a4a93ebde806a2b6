/**
 * Colours of `ls --color`: LS_COLORS (`di=01;34:*.tar=01;31`) or illumos's built-in set. The most
 * special rule wins: a name's ending, then permissions, then the type.
 */
import type { VnodeType } from '#kernel/vfs/vnode.ts';

const DEFAULT_COLORS =
  'no=00:fi=00:di=01;34:ln=01;36:po=01;35:pi=40;33:so=01;35:do=01;35:bd=40;33;01:cd=40;33;01' +
  ':or=40;31;01:su=37;41:sg=30;43:tw=30;42:ow=34;42:st=37;44:ex=01;32' +
  [
    ['01;31', 'tar tgz arj taz lzh zip z Z gz bz2 deb rpm jar'],
    ['01;35', 'jpg jpeg gif bmp pbm pgm ppm tga xbm xpm tif tiff png mov mpg mpeg avi fli gl dl'],
    ['01;35', 'xcf xwd flac mp3 mpc ogg wav'],
  ]
    .flatMap(([color, endings]) => (endings as string).split(' ').map((e) => `:*.${e}=${color}`))
    .join('');

/** sgr0 of a terminal like xterm. */
export const COLOR_END = '\u001b(B\u001b[m';

/** From the most special to the most general, as far as they go by mode. */
const TESTS: readonly (readonly [
  code: string,
  holds: (mode: number, type: VnodeType) => boolean,
])[] = [
  ['tw', (mode, type) => type !== 'VLNK' && (mode & 0o1002) === 0o1002],
  ['ow', (mode, type) => type !== 'VLNK' && (mode & 0o002) !== 0],
  ['su', (mode, type) => type !== 'VLNK' && (mode & 0o4000) !== 0],
  ['sg', (mode, type) => type !== 'VLNK' && (mode & 0o2000) !== 0],
  ['st', (mode, type) => type !== 'VLNK' && (mode & 0o1000) !== 0],
  ['po', (_, type) => type === 'VPORT'],
  ['cd', (_, type) => type === 'VCHR'],
  ['bd', (_, type) => type === 'VBLK'],
  ['do', (_, type) => type === 'VDOOR'],
  ['so', (_, type) => type === 'VSOCK'],
  ['pi', (_, type) => type === 'VFIFO'],
  ['ln', (_, type) => type === 'VLNK'],
  ['di', (_, type) => type === 'VDIR'],
  ['ex', (mode) => (mode & 0o111) !== 0],
  ['fi', (_, type) => type === 'VREG'],
  ['no', () => true],
];

export class Colors {
  readonly #byType = new Map<string, string>();
  readonly #byEnding: (readonly [ending: string, start: string])[] = [];

  constructor(setting: string | undefined) {
    for (const rule of (setting ?? DEFAULT_COLORS).split(':')) {
      const [key = '', codes = ''] = rule.split('=');
      if (key === '') continue;
      const start = startSequence(codes);
      if (key.startsWith('*')) this.#byEnding.push([key.slice(1), start]);
      else this.#byType.set(key, start);
    }
  }

  /** What to print before `name`; empty when no rule holds. */
  start(name: string, mode: number, type: VnodeType): string {
    const ending = this.#byEnding.find(([suffix]) => name.endsWith(suffix));
    if (ending !== undefined) return ending[1];
    for (const [code, holds] of TESTS) {
      const start = this.#byType.get(code);
      if (start !== undefined && holds(mode, type)) return start;
    }
    return '';
  }

  /** For a link to nowhere. */
  orphan(): string {
    return this.#byType.get('or') ?? '';
  }
}

/** Attributes first, then the colours, each as terminfo's own sequence. */
function startSequence(codes: string): string {
  const numbers = codes.split(';').map(Number);
  const attributes = numbers.filter((code) => [1, 4, 5, 7, 8].includes(code));
  const colors = numbers.filter((code) => code >= 30 && code < 48);
  const first = attributes.length === 0 ? COLOR_END : '';
  return first + [...attributes, ...colors].map((code) => `\u001b[${code}m`).join('');
}
