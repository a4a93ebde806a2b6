/**
 * Access control lists as ls prints them: an entry a line, compact (`ls -V`) or with words and its
 * number (`ls -v`), broken at `/` and `:` where lines get long.
 * @man acl(7)  @see lib/libsec/common/acltext.c
 */
import {
  ACE_FILE_INHERIT_ACE,
  ACE_IDENTIFIER_GROUP,
  ACE_TYPE_FLAGS,
  type Ace,
} from '#abi/illumos/acl.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import * as words from '#lib/libsec/acl-words.ts';

const COLUMNS = 80;
const COMPACT_WHO_WIDTH = 20;

/** `owner@:`, `user:joe:` … */
function* whoText({ flags, who }: Ace, accounts: Accounts): Task<string> {
  const kind = flags & ACE_TYPE_FLAGS;
  const named = words.ABSTRACT_WHO.find(([, value]) => value === kind);
  if (named !== undefined) return `${named[0]}:`;
  const id = who >>> 0;
  if (kind === ACE_IDENTIFIER_GROUP) return `group:${(yield* accounts.groupName(id)) ?? id}:`;
  return `user:${(yield* accounts.userName(id)) ?? id}:`;
}

function lettersOf(bits: number, table: readonly words.AclWord[]): string {
  return table.map(([letter, value]) => ((bits & value) === 0 ? '-' : letter)).join('');
}

function wordsOf(bits: number, table: readonly words.AclWord[]): string[] {
  return table.flatMap(([word, value]) => ((bits & value) === 0 ? [] : [word]));
}

function rightWords({ mask, flags }: Ace, isDirectory: boolean): string {
  // What only new files take over is told in words for files.
  const isForFiles = !isDirectory || flags === ACE_FILE_INHERIT_ACE;
  return words.FILE_RIGHTS.flatMap(([word, value]) => {
    if ((mask & value) === 0) return [];
    const also = words.DIRECTORY_RIGHTS.find(([, bit]) => bit === value);
    return also === undefined || isForFiles ? [word] : [also[0], word];
  }).join('/');
}

function accessText(type: number): string {
  return words.ACCESS_TYPES.find(([, value]) => value === type)?.[0] ?? 'unknown';
}

/** `split_line` */
function splitLine(text: string, columns: number): string {
  let lines = '';
  let pad = '';
  let rest = text;
  let split = 0;
  let from = 0;
  for (;;) {
    const room = columns - 4 - (pad === '' ? 0 : 4);
    if (rest.length <= room) return `${lines}${pad}${rest}\n`;
    for (let i = from; i < room; i += 1) if (rest[i] === '/' || rest[i] === ':') split = i;
    if (split === 0) return `${lines}${pad}${rest}\n`;
    lines += `${pad}${rest.slice(0, split)}\n`;
    rest = rest.slice(split);
    split = 0;
    from = 1;
    pad = ' '.repeat(9);
  }
}

/** `acl_printacl` */
export function* aclText(
  aces: readonly Ace[],
  isDirectory: boolean,
  style: 'compact' | 'verbose',
  accounts: Accounts,
): Task<string> {
  let text = '';
  for (const [slot, ace] of aces.entries()) {
    const who = yield* whoText(ace, accounts);
    if (style === 'compact') {
      const rights = lettersOf(ace.mask, words.RIGHT_LETTERS);
      const flags = lettersOf(ace.flags, words.FLAG_LETTERS);
      const start = `    ${who.padStart(COMPACT_WHO_WIDTH)}`;
      text += `${start}${rights}:${flags}:${accessText(ace.type)}\n`;
    } else {
      const flags = wordsOf(ace.flags, words.FLAG_WORDS).join('/');
      const middle = flags === '' ? '' : `${flags}:`;
      const entry = `${who}${rightWords(ace, isDirectory)}:${middle}${accessText(ace.type)}`;
      text += `     ${slot}:${splitLine(entry, COLUMNS - 5)}`;
    }
  }
  return text;
}

/** A file without such a list, in the POSIX draft's words; its mask allows all. */
export function modeAclText(mode: number): string {
  const three = (bits: number): string => {
    const letter = (bit: number, name: string): string => ((bits & bit) === 0 ? '-' : name);
    return letter(4, 'r') + letter(2, 'w') + letter(1, 'x');
  };
  const group = three(mode >> 3);
  const lines = [
    `user::${three(mode >> 6)}`,
    `group::${group}\t\t#effective:${group}`,
    'mask:rwx',
    `other:${three(mode)}`,
  ];
  return lines.map((line, slot) => `     ${slot}:${line}\n`).join('');
}
