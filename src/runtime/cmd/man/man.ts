/**
 * man, apropos, whatis: the lab's own manual pages, short, in the form of illumos's. Files below
 * MANPATH that hold a page as text come first.
 * @man man(1)
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import type { Command } from '#cmd/command.ts';
import { layOut, type ManualPage } from '#cmd/man/page.ts';
import { PAGES } from '#cmd/man/pages.table.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { windowSize } from '#lib/libcurses/terminal.ts';

const USAGE =
  'usage: man [-alptw] [-M path] [-s section] name ...\n' +
  '       man [-M path] [-s section] -k keyword ...\n' +
  '       man [-M path] [-s section] -f keyword ...\n';
const MAX_COLUMNS = 80;
const DEFAULT_MANPATH = '/usr/share/man';

function find(name: string, section: string | undefined): ManualPage[] {
  return PAGES.filter(
    (page) =>
      (page.name === name || page.also?.includes(name) === true) &&
      (section === undefined || page.section.toLowerCase() === section.toLowerCase()),
  );
}

/** The line of apropos and whatis. */
function summaryLine(page: ManualPage): string {
  const names = [page.name, ...(page.also ?? [])].join(', ');
  return `${names}(${page.section}) - ${page.summary}\n`;
}

/** Text of a page file: MANPATH/manN/name.N. */
function* fromFile(sys: Sys, path: string, name: string): Task<Uint8Array | undefined> {
  for (const directory of path.split(':')) {
    for (const section of ['1', '8', '5', '4', '7']) {
      const fd = yield* sys.open(`${directory}/man${section}/${name}.${section}`, O_RDONLY);
      if (isErrno(fd)) continue;
      const bytes = yield* new Input(sys, fd).readAll();
      yield* sys.close(fd);
      return bytes;
    }
  }
  return undefined;
}

/** Shows text through PAGER on a terminal, plainly elsewhere. */
function* show(io: Stdio, sys: Sys, text: Uint8Array): Task<number> {
  if (!(yield* sys.isatty(1))) {
    yield* io.out.write(text);
    return 0;
  }
  const pager = sys.env.get('PAGER') ?? '/usr/bin/less';
  const pipe = yield* sys.pipe();
  if (isErrno(pipe)) {
    yield* io.out.write(text);
    return 0;
  }
  const [readFd, writeFd] = pipe;
  const child = yield* sys.fork(function* (childSys) {
    yield* childSys.dup2(readFd, 0);
    yield* childSys.close(readFd);
    yield* childSys.close(writeFd);
    const shell = childSys.env.get('SHELL') ?? '/usr/bin/bash';
    const isPlain = /^\/[\w/.-]+$/.test(pager);
    const argv = isPlain ? [pager] : [shell, '-c', pager];
    yield* childSys.execve(argv[0] as string, argv, childSys.env);
    return 127;
  });
  yield* sys.close(readFd);
  for (let at = 0; at < text.length; ) {
    const count = yield* sys.write(writeFd, text.subarray(at));
    if (isErrno(count)) break;
    at += count;
  }
  yield* sys.close(writeFd);
  if (!isErrno(child)) yield* sys.wait({ pid: child });
  return 0;
}

function* showPages(
  io: Stdio,
  sys: Sys,
  name: string,
  section: string | undefined,
  all: boolean,
): Task<boolean> {
  const path = sys.env.get('MANPATH') ?? DEFAULT_MANPATH;
  const file = section === undefined ? yield* fromFile(sys, path, name) : undefined;
  if (file !== undefined) {
    yield* show(io, sys, file);
    return true;
  }
  const pages = find(name, section);
  if (pages.length === 0) {
    yield* io.err.write(
      section === undefined
        ? `No manual entry for ${name}.\n`
        : `No entry for ${name} in section(s) ${section} of the manual.\n`,
    );
    return false;
  }
  const { columns } = yield* windowSize(sys, 1);
  const width = Math.max(40, Math.min(columns, MAX_COLUMNS)) - 2;
  const chosen = all ? pages : pages.slice(0, 1);
  yield* show(io, sys, encodeUtf8(chosen.map((page) => layOut(page, width)).join('\n')));
  return true;
}

/** apropos and whatis: pages whose summary has a word, or whose name is it. */
function* search(io: Stdio, words: readonly string[], byName: boolean): Task<number> {
  let status = 0;
  for (const word of words) {
    const lower = word.toLowerCase();
    const found = PAGES.filter((page) => {
      if (byName) return page.name === word || page.also?.includes(word) === true;
      return summaryLine(page).toLowerCase().includes(lower);
    }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const page of found) yield* io.out.write(summaryLine(page));
    if (found.length > 0) continue;
    status = 1;
    yield* io.err.write(`${word}: nothing appropriate\n`);
  }
  return status;
}

function* man(io: Stdio, sys: Sys): Task<number> {
  const isSearch = io.name === 'apropos' || io.name === 'whatis';
  const parsed = getopt(sys.argv.slice(1), isSearch ? 'M:s:' : 'alptwdfkrFM:T:s:');
  let words = [...parsed.operands];
  let section = optionValue(parsed, 's');
  // `man 8 mount`: a section may stand in front.
  if (section === undefined && words.length > 1 && /^\d[a-z]*$/i.test(words[0] as string)) {
    section = words.shift();
  }
  words = words.filter((word) => word !== '');
  if (parsed.message !== undefined || words.length === 0) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  if (isSearch) return yield* search(io, words, io.name === 'whatis');
  if (hasOption(parsed, 'k')) return yield* search(io, words, false);
  if (hasOption(parsed, 'f')) return yield* search(io, words, true);
  const later = parsed.options.find(({ letter }) => 'tprdTFwl'.includes(letter));
  if (later !== undefined) return yield* notSupported(io, `-${later.letter}`);
  let status = 0;
  for (const word of words) {
    if (!(yield* showPages(io, sys, word, section, hasOption(parsed, 'a')))) status = 1;
  }
  return status;
}

export const MAN: Command = {
  name: 'man',
  path: '/usr/bin/man',
  links: ['/usr/bin/apropos', '/usr/bin/whatis'],
  main: withStdio(man),
};
