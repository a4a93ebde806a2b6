/**
 * Access control lists as chmod takes them: `user:joe:read_data/execute:file_inherit:allow,owner@:rw::deny`,
 * words or letters. Surprising: the flags stand before the access type, and may be left out.
 * @man acl(7)  @see lib/libsec/common/{acl.y,acl_lex.l}
 */
import {
  ACE_IDENTIFIER_GROUP,
  ACE_READ_ACL,
  ACE_READ_ATTRIBUTES,
  ACE_READ_NAMED_ATTRS,
  ACE_WRITE_ACL,
  ACE_WRITE_OWNER,
  type Ace,
} from '#abi/illumos/acl.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Accounts } from '#lib/libc/accounts.ts';
import * as words from '#lib/libsec/acl-words.ts';

/** A list, or the sentence to print; `unsupported`: an entry of the POSIX draft. */
export type ParsedAcl = { readonly aces: Ace[] } | { readonly error: string } | 'unsupported';

const bitsOf = (table: readonly words.AclWord[]): number =>
  table.reduce((bits, [, value]) => bits | value, 0);
const ALL = bitsOf(words.FILE_RIGHTS);
const WRITE_SET = bitsOf(
  words.FILE_RIGHTS.filter(([word]) =>
    /^(?:write_(?:data|xattr|attributes)|append_data)$/.test(word),
  ),
);
const RIGHT_WORDS = new Map<string, number>([
  ...words.FILE_RIGHTS,
  ...words.DIRECTORY_RIGHTS,
  ['read_set', 1 | ACE_READ_ACL | ACE_READ_ATTRIBUTES | ACE_READ_NAMED_ATTRS],
  ['write_set', WRITE_SET],
  ['modify_set', ALL & ~(ACE_WRITE_ACL | ACE_WRITE_OWNER)],
  ['full_set', ALL],
]);
const SEE_ACL =
  'The comma is used to separate access control entries.\n' +
  'See acl(7) for examples of specifying ACL entries.';

class AclSyntax extends Error {}
class PosixEntry extends Error {}

/** Letters in any order, or all in their places with dashes between; undefined for others. */
function lettersValue(text: string, table: readonly words.AclWord[]): number | undefined {
  const isPlaced =
    text.length === table.length &&
    Array.from(text).every((letter, i) => letter === '-' || letter === table[i]?.[0]);
  let bits = 0;
  for (const letter of text) {
    if (letter === '-' && isPlaced) continue;
    const found = table.find(([known]) => known === letter);
    if (found === undefined) return undefined;
    bits |= found[1];
  }
  return bits;
}

class AclScanner {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  get isDone(): boolean {
    return this.#rest === '';
  }

  /** What `pattern` matches here, taken. */
  take(pattern: RegExp): string | undefined {
    const [found] = pattern.exec(this.#rest) ?? [];
    if (found !== undefined) this.#rest = this.#rest.slice(found.length);
    return found;
  }

  /** What an error message quotes. */
  quoted(ends: RegExp): string {
    return this.#rest.slice(0, Math.max(1, (this.#rest + '\n').search(ends)));
  }

  rights(): number {
    if (this.take(/^:/) !== undefined) return 0;
    const compact = this.take(/^[rRwWxpdDaAcCos-]+(?=[:,]|$)/);
    if (compact !== undefined) {
      if (this.take(/^:/) === undefined) {
        if (/^[rwx-]{3}$/.test(compact)) throw new PosixEntry();
        throw new AclSyntax(`Invalid permission(s) '${compact}' specified.`);
      }
      const bits = lettersValue(compact, words.RIGHT_LETTERS);
      if (bits === undefined) throw new AclSyntax(`Invalid permission(s) '${compact}' specified`);
      return bits;
    }
    for (let bits = 0; ; ) {
      if (this.isDone) throw new AclSyntax('ACL entry is missing permission fields.');
      if (this.take(/^,/) !== undefined) {
        throw new AclSyntax(`The ',' is not a valid permission field separator.\n${SEE_ACL}`);
      }
      const word = this.take(/^[a-z_]+(?=[:/,])/) ?? '';
      const value = RIGHT_WORDS.get(word);
      if (value === undefined) {
        const bad = word + (word === '' ? this.quoted(/[/:,\n]/) : '');
        throw new AclSyntax(`Invalid permission(s) '${bad}' specified.`);
      }
      bits |= value;
      if (this.take(/^:/) !== undefined) return bits;
      this.take(/^\//);
    }
  }

  #type(): number | undefined {
    const word = this.take(/^(?:allow|deny|audit|alarm)(?=[:,]|$)/);
    return words.ACCESS_TYPES.find(([name]) => name === word)?.[1];
  }

  /** The flags, when there are any, and the access type. */
  access(): { flags: number; type: number } {
    const early = this.#type();
    if (early !== undefined) return { flags: 0, type: early };
    if (this.isDone) {
      throw new AclSyntax(
        'Invalid ACL specification.\nWas expecting to find access type or inheritance flags.',
      );
    }
    const flags = this.#flags();
    const type = this.#type();
    if (type !== undefined) return { flags, type };
    if (this.isDone) throw new AclSyntax('ACL access type must be specified.');
    if (this.take(/^:/) !== undefined) {
      throw new AclSyntax(
        'Invalid Access type specified.\n' +
          'The field is blank, when it should be either allow or deny.',
      );
    }
    throw new AclSyntax(`Invalid access type '${this.quoted(/[:,\n]/)}' specified.`);
  }

  #flags(): number {
    if (this.take(/^:/) !== undefined) return 0;
    const compact = this.take(/^[fdinFSI-]+(?=:)/);
    if (compact !== undefined) {
      const bits =
        lettersValue(compact, words.FLAG_LETTERS) ??
        lettersValue(compact, words.FLAG_LETTERS.slice(0, -1));
      if (bits === undefined) {
        throw new AclSyntax(`Invalid inheritance flags '${compact}' specified.`);
      }
      this.take(/^:/);
      return bits;
    }
    for (let bits = 0; ; ) {
      if (this.take(/^,/) !== undefined) {
        throw new AclSyntax(`The ',' is not a valid inheritance field separator.\n${SEE_ACL}`);
      }
      const word = this.take(/^[a-z_]+(?=[:/,])/) ?? '';
      const found = words.FLAG_WORDS.find(([name]) => name === word);
      if (found === undefined) {
        const bad = word + (word === '' ? this.quoted(/[:,\n]/) : '');
        throw new AclSyntax(`Invalid inheritance or access type '${bad}' specified.`);
      }
      bits |= found[1];
      if (this.take(/^:/) !== undefined) return bits;
      this.take(/^\//);
    }
  }

  /** The end of an entry. */
  end(): void {
    if (this.isDone || this.take(/^,/) !== undefined) return;
    if (this.take(/^:\d+(?=,|$)/) !== undefined) {
      throw new AclSyntax('Extra fields on the end of ACL specification.');
    }
    this.take(/^:/);
    if (this.take(/^[fdinFSI-]/) !== undefined) {
      throw new AclSyntax('Access type should be final field in ACL specification.');
    }
    throw new AclSyntax(`Invalid data ':${this.quoted(/[,\n]/)}' specified on end of ACL.`);
  }
}

function* parseWho(scan: AclScanner, accounts: Accounts): Task<Pick<Ace, 'who' | 'flags'>> {
  const abstract = scan.take(/^(?:owner|group|everyone)@:/)?.slice(0, -1);
  const named = words.ABSTRACT_WHO.find(([word]) => word === abstract);
  if (named !== undefined) return { who: -1, flags: named[1] };
  const kind = scan.take(/^(?:user|group):/)?.slice(0, -1);
  if (kind === undefined) {
    if (scan.take(/^(?:mask|other|default(?::?(?:user|group|other|mask))?):/) !== undefined) {
      throw new PosixEntry();
    }
    throw new AclSyntax(`Invalid ACL entry type '${scan.quoted(/[:,\n]/)}' specified.`);
  }
  if (scan.isDone) throw new AclSyntax('Missing user/group name from ACL specification.');
  if (scan.take(/^:/) !== undefined) throw new PosixEntry();
  const name = scan.take(/^[^:]+:/)?.slice(0, -1);
  if (name === undefined) {
    throw new AclSyntax(`User/Group name '${scan.quoted(/[:,\n]/)}' not specified correctly.`);
  }
  const id = kind === 'user' ? yield* accounts.userId(name) : yield* accounts.groupId(name);
  if (id === undefined) throw new AclSyntax(`Invalid ${kind} ${name} specified.`);
  return { who: id, flags: kind === 'user' ? 0 : ACE_IDENTIFIER_GROUP };
}

/** `acl_parse` */
export function* parseAcl(text: string, accounts: Accounts): Task<ParsedAcl> {
  const scan = new AclScanner(text);
  const aces: Ace[] = [];
  try {
    do {
      const { who, flags: kind } = yield* parseWho(scan, accounts);
      const mask = scan.rights();
      const { flags, type } = scan.access();
      scan.end();
      aces.push({ who, mask, flags: kind | flags, type });
    } while (!scan.isDone);
  } catch (error) {
    if (error instanceof PosixEntry) return 'unsupported';
    if (error instanceof AclSyntax) return { error: error.message };
    throw error;
  }
  return { aces };
}
