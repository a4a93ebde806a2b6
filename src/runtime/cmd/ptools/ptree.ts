/** ptree: processes as trees. @man ptree(1) */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { windowSize } from '#lib/libcurses/terminal.ts';
import { listPsinfo } from '#lib/libproc/proc.ts';

const USAGE = `usage:	ptree [-ac] [-z zone] [ {pid|user} ... ]
  (show process trees)
  list can include process-ids and user names
  -a : include children of process 0
  -c : show contract ownership
  -z : print only processes in given zone
`;
const PID_WIDTH = 5;

interface Node {
  readonly info: Psinfo;
  readonly children: Node[];
  parent: Node | undefined;
  isShown: boolean;
}

/** All processes below the one without a parent, children in the order they started. */
function plant(processes: readonly Psinfo[]): Map<number, Node> {
  const nodes = new Map<number, Node>();
  for (const info of processes) {
    nodes.set(info.pid, { info, children: [], parent: undefined, isShown: false });
  }
  const inOrder = processes.toSorted((a, b) => Number(a.start - b.start) || a.pid - b.pid);
  for (const { pid, ppid } of inOrder) {
    const node = nodes.get(pid) as Node;
    const parent = pid === ppid ? undefined : nodes.get(ppid);
    node.parent = parent;
    parent?.children.push(node);
  }
  return nodes;
}

function showAll(node: Node): void {
  node.isShown = true;
  node.children.forEach(showAll);
}

function commandOf(info: Psinfo): string {
  if (info.nlwp === 0) return '<defunct>';
  const text = info.psargs === '' ? info.fname : info.psargs;
  return text.replace(/[\x00-\x1f\x7f]/g, ' ');
}

/** Lines of a tree. Processes that are not shown do not indent what is below them at the top. */
function* lines(node: Node, level: number, columns: number): Generator<string> {
  let below = level;
  if (node.isShown) {
    const room = Math.max(0, columns - PID_WIDTH - level * 2 - 2);
    const pid = String(node.info.pid).padEnd(PID_WIDTH);
    yield `${'  '.repeat(level)}${pid} ${commandOf(node.info).slice(0, room)}`;
  }
  if (level !== 0 || node.isShown) below += 1;
  for (const child of node.children) yield* lines(child, below, columns);
}

/** A process and the way up to it; the children of process 0 only with -a. */
function showWithAncestors(node: Node, all: boolean): void {
  showAll(node);
  for (let up = node.parent; up !== undefined && up.info.pid !== 0; up = up.parent) {
    if (up.info.ppid !== 0 || all) up.isShown = true;
  }
}

function* choose(
  io: Stdio,
  sys: Sys,
  nodes: ReadonlyMap<number, Node>,
  operand: string,
  all: boolean,
): Task<'found' | 'none' | 'unknown'> {
  const word = operand.replace(/^.*\//, '');
  if (/^\d+$/.test(word)) {
    const node = nodes.get(Number(word));
    if (node === undefined) return 'none';
    showWithAncestors(node, all);
    return 'found';
  }
  const user = (yield* new Accounts(sys).users()).find((entry) => entry.name === word);
  if (user === undefined) {
    yield* io.warn(`invalid username: ${operand}`);
    return 'unknown';
  }
  let outcome: 'found' | 'none' = 'none';
  for (const node of nodes.values()) {
    const { uid, pid, ppid } = node.info;
    if (uid !== user.uid || pid === 0 || (ppid === 0 && !all)) continue;
    showWithAncestors(node, all);
    outcome = 'found';
  }
  return outcome;
}

function* ptree(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'acz:');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message);
  if (hasOption(parsed, 'c')) return yield* notSupported(io, '-c');
  const zone = optionValue(parsed, 'z');
  if (zone !== undefined && zone !== 'global' && zone !== '0') {
    yield* io.warn(`unknown zone: ${zone}`);
    return 1;
  }
  const all = hasOption(parsed, 'a');
  const processes = yield* listPsinfo(sys);
  if (isErrno(processes)) {
    yield* io.warn('cannot open /proc directory');
    return 1;
  }
  const columns =
    (yield* sys.isatty(1)) || sys.env.has('COLUMNS') ? (yield* windowSize(sys, 1)).columns : 80;
  const nodes = plant(processes);
  let status = 0;
  if (parsed.operands.length === 0) {
    const top = nodes.get(all ? 0 : 1) ?? nodes.get(1);
    for (const child of top?.children ?? []) {
      showAll(child);
      for (const line of lines(child, 0, columns)) yield* io.out.write(`${line}\n`);
    }
    return 0;
  }
  let isFound = false;
  for (const operand of parsed.operands) {
    const outcome = yield* choose(io, sys, nodes, operand, all);
    if (outcome === 'found') isFound = true;
    if (outcome === 'unknown') status = 1;
  }
  for (const node of nodes.values()) {
    if (node.parent !== undefined) continue;
    for (const line of lines(node, 0, columns)) yield* io.out.write(`${line}\n`);
  }
  return isFound ? status : 1;
}

export const PTREE: Command = { name: 'ptree', path: '/usr/bin/ptree', main: withStdio(ptree) };
