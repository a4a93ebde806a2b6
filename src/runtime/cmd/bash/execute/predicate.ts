/** File, string and number tests, shared by `test`, `[` and `[[`. @man bash(1) CONDITIONAL … */
import { isErrno } from '#kernel/os/errno.ts';
import type { Stat, Task } from '#kernel/syscall/sys.ts';
import { S_ISGID, S_ISUID, S_ISVTX } from '#abi/illumos/stat.ts';
import { elementOf, splitReference, subscriptKey } from '#cmd/bash/expand/arithmetic.ts';
import type { Shell } from '#cmd/bash/shell.ts';

const TYPES: Readonly<Record<string, Stat['type']>> = {
  '-b': 'VBLK',
  '-c': 'VCHR',
  '-d': 'VDIR',
  '-f': 'VREG',
  '-p': 'VFIFO',
  '-S': 'VSOCK',
};

const ACCESS: Readonly<Record<string, number>> = { '-r': 4, '-w': 2, '-x': 1 };
const MODE: Readonly<Record<string, number>> = { '-u': S_ISUID, '-g': S_ISGID, '-k': S_ISVTX };

export const UNARY_OPERATORS: ReadonlySet<string> = new Set(
  '-a -b -c -d -e -f -g -h -k -n -o -p -r -s -t -u -v -w -x -z -G -L -N -O -R -S'.split(' '),
);

export function* testUnary(shell: Shell, operator: string, operand: string): Task<boolean> {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-o':
      return shell.options.on(operand);
    case '-v':
      return isVariableSet(shell, operand);
    case '-R':
      return shell.variables.findDirect(operand)?.isNameref === true;
    case '-t':
      return /^\d+$/.test(operand) && (yield* shell.sys.isatty(Number(operand)));
    case '-L':
    case '-h': {
      const stat = yield* shell.sys.lstat(operand);
      return !isErrno(stat) && stat.type === 'VLNK';
    }
    default:
      return yield* testFile(shell, operator, operand);
  }
}

function* testFile(shell: Shell, operator: string, operand: string): Task<boolean> {
  const access = ACCESS[operator];
  if (access !== undefined) return !isErrno(yield* shell.sys.access(operand, access, true));
  const stat = operand === '' ? undefined : yield* shell.sys.stat(operand);
  if (stat === undefined || isErrno(stat)) return false;
  const type = TYPES[operator];
  if (type !== undefined) return stat.type === type;
  const mode = MODE[operator];
  if (mode !== undefined) return (stat.mode & mode) !== 0;
  switch (operator) {
    case '-s':
      return stat.size > 0;
    case '-O':
      return stat.uid === (yield* shell.sys.getuid()).effective;
    case '-G':
      return stat.gid === (yield* shell.sys.getgid()).effective;
    case '-N':
      return stat.mtimeNs > stat.atimeNs;
    default:
      return true;
  }
}

function isVariableSet(shell: Shell, operand: string): boolean {
  const { name, subscript } = splitReference(operand);
  if (/^\d+$/.test(name)) return Number(name) <= shell.positional.length;
  const variable = shell.variables.find(name);
  if (subscript === undefined) return shell.variables.get(name) !== undefined;
  if (variable === undefined) return false;
  if (subscript === '@' || subscript === '*') return variable.isSet;
  return elementOf(variable, subscriptKey(shell, variable, subscript)) !== undefined;
}

export const BINARY_OPERATORS: ReadonlySet<string> = new Set(
  '= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef'.split(' '),
);

/** Operators of two texts or two files; numbers are the caller's. */
export function* testBinary(
  shell: Shell,
  left: string,
  operator: string,
  right: string,
): Task<boolean> {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    default:
      return yield* compareFiles(shell, left, operator, right);
  }
}

function* compareFiles(shell: Shell, left: string, operator: string, right: string): Task<boolean> {
  const [a, b] = [yield* shell.sys.stat(left), yield* shell.sys.stat(right)];
  const first = isErrno(a) ? undefined : a;
  const second = isErrno(b) ? undefined : b;
  if (operator === '-ef') {
    if (first === undefined || second === undefined) return false;
    return first.dev === second.dev && first.ino === second.ino;
  }
  const [newer, older] = operator === '-nt' ? [first, second] : [second, first];
  if (newer === undefined) return false;
  return older === undefined || newer.mtimeNs > older.mtimeNs;
}
