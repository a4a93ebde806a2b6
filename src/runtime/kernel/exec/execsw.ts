/**
 * exec(2) up to the new program: finds the file, checks it, follows `#!`, and asks the registered
 * formats (`execsw`) who knows it. Replacing the process's image is replace.ts.
 * @see uts/common/os/exec.c gexec, uts/common/os/exec.c execsw
 */
import { S_ISGID, S_ISUID } from '#abi/illumos/stat.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { E2BIG, EACCES, EAGAIN, ENOEXEC, type Errno, isErrno } from '#kernel/os/errno.ts';
import { parseInterpreter } from '#kernel/exec/intp.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { type LookupStart, lookupVnode } from '#kernel/vfs/lookup.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** How much of a file is looked at to know its format. */
export const HEADER_BYTES = 1024;
/** `INTP_MAXDEPTH`: scripts that interpret scripts. */
const MAX_DEPTH = 5;
/** `NCARGS64`: arguments and environment together. */
const NCARGS = 0x20_0000;

/** A program ready to replace the caller's. */
export interface LoadedProgram {
  readonly main: NativeMain;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** The file whose content runs: the interpreter's for a script. */
  readonly path: string;
  /** Last component of the path that exec was called with. */
  readonly command: string;
  /** Owners to take over; undefined = as before. */
  readonly setUid: number | undefined;
  readonly setGid: number | undefined;
}

/** One executable format. */
export interface ExecFormat {
  readonly name: string;
  /** The program in a file that begins with `header`; undefined: not this format. */
  recognize(header: Uint8Array): NativeMain | Errno | undefined;
}

export interface ExecRequest {
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** The formats of one node. `#!` is not among them: it leads to one of them. */
export class ExecSwitch {
  readonly #formats: ExecFormat[] = [];

  register(format: ExecFormat): void {
    this.#formats.push(format);
  }

  load(request: ExecRequest, start: LookupStart): LoadedProgram | Errno {
    if (argumentSize(request) > NCARGS) return E2BIG;
    const command = request.path.slice(request.path.lastIndexOf('/') + 1);
    let { path } = request;
    let argv = request.argv.length === 0 ? [command] : request.argv;
    for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
      const vnode = findExecutable(path, start);
      if (isErrno(vnode)) return vnode;
      const header = readHeader(vnode, start.context);
      if (isErrno(header)) return header;
      const interpreter = parseInterpreter(header);
      if (interpreter === undefined) {
        const main = this.#recognize(header);
        if (isErrno(main)) return main;
        return { main, argv, env: request.env, path, command, ...setIds(vnode, start.context) };
      }
      if (isErrno(interpreter)) return interpreter;
      const given = interpreter.argument === undefined ? [] : [interpreter.argument];
      argv = [interpreter.path, ...given, path, ...argv.slice(1)];
      path = interpreter.path;
    }
    return ENOEXEC;
  }

  #recognize(header: Uint8Array): NativeMain | Errno {
    for (const format of this.#formats) {
      const main = format.recognize(header);
      if (main !== undefined) return main;
    }
    return ENOEXEC;
  }
}

function findExecutable(path: string, start: LookupStart): Vnode | Errno {
  const vnode = lookupVnode(path, start, 'follow');
  if (isErrno(vnode)) return vnode;
  if (vnode.type !== 'VREG') return EACCES;
  return vnode.access(1, start.context) ?? vnode;
}

function readHeader(vnode: Vnode, context: VnodeContext): Uint8Array | Errno {
  const header = new Uint8Array(HEADER_BYTES);
  const count = vnode.read(0, header, context);
  if (isWouldBlock(count)) return EAGAIN;
  return isErrno(count) ? count : header.subarray(0, count);
}

function setIds(
  vnode: Vnode,
  context: VnodeContext,
): { setUid: number | undefined; setGid: number | undefined } {
  const attributes = vnode.getattr(context);
  const isIgnored = vnode.vfs.honoursSetId === false;
  if (isErrno(attributes) || isIgnored) return { setUid: undefined, setGid: undefined };
  const { mode, uid, gid } = attributes;
  return {
    setUid: (mode & S_ISUID) === 0 ? undefined : uid,
    setGid: (mode & S_ISGID) === 0 ? undefined : gid,
  };
}

/** Strings with their NUL and an 8-byte pointer each. */
function argumentSize(request: ExecRequest): number {
  let size = 0;
  for (const word of request.argv) size += word.length + 9;
  for (const [name, value] of request.env) size += name.length + value.length + 10;
  return size;
}
