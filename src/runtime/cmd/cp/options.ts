/** The options of cp, mv and ln, which are one program with three names. @man cp(1) mv(1) ln(1) */
import { type ParsedOptions, getopt, hasOption } from '#lib/libc/getopt.ts';

export type Role = 'cp' | 'mv' | 'ln';

export interface CopyOptions {
  readonly role: Role;
  /** What to do about an existing target. The last of -f -i -n wins, but cp's -f stays apart. */
  readonly existing: 'default' | 'overwrite' | 'prompt' | 'skip';
  /** cp -f: a target that can't be opened is removed first. */
  readonly force: boolean;
  readonly recursive: boolean;
  readonly preserve: boolean;
  readonly symbolic: boolean;
  /** Which symbolic links among the sources are followed. */
  readonly follow: 'all' | 'operands' | 'none';
  /** -T: the target is never a directory to put things into. */
  readonly exactTarget: boolean;
  /** ln -n: a target that links to a directory is replaced, not entered. */
  readonly noFollowTarget: boolean;
}

const LETTERS: Readonly<Record<Role, string>> = {
  cp: 'afHinLpPrRT@/',
  mv: 'finT',
  ln: 'finsLPT',
};

export const USAGE: Readonly<Record<Role, string>> = {
  mv:
    'Usage: mv [-fin] source target_file\n' +
    '       mv [-fin] source... target_dir\n' +
    '       mv [-fin] -T source target\n',
  ln:
    'Usage: ln [-fins] [-L|-P] source_file [target]\n' +
    '       ln [-fins] [-L|-P] source_file... target\n' +
    '       ln [-fins] [-L|-P] -T source_file target\n',
  cp:
    'Usage: cp [-afinpT@/] source_file target_file\n' +
    '       cp [-afinp@/] source_file... target\n' +
    '       cp [-afinp@/] -T source_file target\n' +
    '       cp [-r|-R [-H|-L|-P]] [-afinp@/] source_dir... target\n',
};

export function parseCopyOptions(
  role: Role,
  args: readonly string[],
): { options: CopyOptions; operands: readonly string[]; message: string | undefined } {
  const parsed = getopt(args, LETTERS[role]);
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const archive = role === 'cp' && has('a');
  const recursive = archive || has('r') || has('R');
  return {
    options: {
      role,
      existing: existingAction(role, parsed),
      force: has('f'),
      recursive,
      preserve: archive || has('p') || has('@') || has('/'),
      symbolic: has('s'),
      follow: followRule(role, parsed, recursive, archive),
      exactTarget: has('T'),
      noFollowTarget: role === 'ln' && has('n'),
    },
    operands: parsed.operands,
    message: parsed.message,
  };
}

function existingAction(role: Role, parsed: ParsedOptions): CopyOptions['existing'] {
  const letters = role === 'ln' ? 'fi' : 'fin';
  const last = parsed.options.findLast((option) => letters.includes(option.letter))?.letter;
  if (last === 'i') return 'prompt';
  if (last === 'n') return 'skip';
  if (last === 'f') return role === 'cp' ? 'default' : 'overwrite';
  return 'default';
}

function followRule(
  role: Role,
  parsed: ParsedOptions,
  recursive: boolean,
  archive: boolean,
): CopyOptions['follow'] {
  if (role === 'mv') return 'none';
  const last = parsed.options.findLast((option) => 'HLP'.includes(option.letter))?.letter;
  if (role === 'ln') return last === 'L' ? 'all' : 'none';
  if (last === 'L') return 'all';
  if (last === 'H') return 'operands';
  if (last === 'P') return 'none';
  // Historical: -r follows links, -R alone does not say; copying links as links is the safe one.
  return archive || recursive ? 'none' : 'all';
}
