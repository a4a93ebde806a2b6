/**
 * zfs send and receive.
 * @man zfs-send(8), zfs-receive(8)  @see cmd/zfs/zfs_main.c zfs_do_send(), zfs_do_receive()
 */
import { type NvList, type NvValue, nvBoolean } from '#abi/illumos/nvpair.ts';
import {
  isUserProp,
  ZFS_TYPE_DATASET,
  ZFS_TYPE_FILESYSTEM,
  ZFS_TYPE_VOLUME,
  zfsProp,
} from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { mountAgain, unmountDataset } from '#lib/libzfs/changelist.ts';
import { findDataset, openZfs, treeOf } from '#lib/libzfs/dataset.ts';
import { parseDatasetProps } from '#lib/libzfs/dataset-prop-parse.ts';
import { zfsReceiveAbort } from '#lib/libzfs/receive-partial.ts';
import { type ReceiveFlags, zfsReceive } from '#lib/libzfs/sendrecv-receive.ts';
import { zfsSend, zfsSendOne, zfsSendResume } from '#lib/libzfs/sendrecv-send.ts';
import type { SendFlags } from '#lib/libzfs/send-report.ts';

const STDIN = 0;
const STDOUT = 1;
const HEADS: number = ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME;

function sendFlags(parsed: ParsedOptions): SendFlags {
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const isReplicate = has('R');
  const isVerbose = has('v') || has('P');
  return {
    isReplicate,
    isDoAll: optionValue(parsed, 'I') !== undefined,
    hasProps: has('p'),
    isDryRun: has('n'),
    isVerbose,
    isParsable: has('P'),
    isLargeBlockOk: has('L'),
    isEmbedOk: has('e'),
    isCompressOk: has('c'),
  };
}

/** What can't be sent: said, with the exit status; undefined when all is well. */
function* refuseSend(run: ZfsRun, parsed: ParsedOptions): Task<number | undefined> {
  for (const [letter, what] of [
    ['D', 'deduplicated streams (-D)'],
    ['w', 'raw streams (-w)'],
    ['h', 'holds in streams (-h)'],
    ['b', 'received properties in streams (-b)'],
  ] as const) {
    if (hasOption(parsed, letter)) return yield* run.notSupported(what);
  }
  return undefined;
}

export function* send(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'i:I:RDpvnPLecwhbt:');
  if (typeof parsed === 'number') return parsed;
  const refused = yield* refuseSend(run, parsed);
  if (refused !== undefined) return refused;
  const [i, all] = [optionValue(parsed, 'i'), optionValue(parsed, 'I')];
  if (i !== undefined && all !== undefined) {
    return yield* run.usage('-i and -I flags are mutually exclusive');
  }
  const from = i ?? all;
  const flags = sendFlags(parsed);
  const token = optionValue(parsed, 't');
  const [name, ...more] = parsed.operands;
  if (token !== undefined) {
    const isMixed = from !== undefined || flags.isReplicate === true || flags.hasProps === true;
    if (isMixed) return yield* run.usage('invalid flags combined with -t');
    if (name !== undefined)
      return yield* run.usage('no additional arguments are permitted with -t');
  } else {
    if (name === undefined) return yield* run.usage('missing snapshot argument');
    if (more.length > 0) return yield* run.usage('too many arguments');
  }
  if (flags.isDryRun !== true && (yield* run.sys.isatty(STDOUT))) {
    return yield* run.fail(
      'Error: Stream can not be written to a terminal.\nYou must redirect standard output.\n',
    );
  }
  if (token !== undefined) return (yield* zfsSendResume(run.zfs, flags, STDOUT, token)) ? 0 : 1;
  const isOne = name?.includes('@') !== true || from?.includes('#') === true;
  return isOne
    ? yield* sendOne(run, name ?? '', from, flags)
    : yield* sendTree(run, name ?? '', from, flags);
}

/** A file system as it is, or an increment from a bookmark. */
function* sendOne(
  run: ZfsRun,
  name: string,
  given: string | undefined,
  flags: SendFlags,
): Task<number> {
  if (flags.isReplicate === true || flags.isDoAll === true || flags.hasProps === true) {
    return yield* run.fail('Error: Unsupported flag with filesystem or bookmark.\n');
  }
  const dataset = yield* openZfs(run.zfs, name, ZFS_TYPE_DATASET);
  if (dataset === undefined) return 1;
  if (!dataset.isSnapshot) return yield* run.notSupported('sending what is no snapshot');
  const from = given !== undefined && /^[@#]/.test(given) ? dataset.head + given : given;
  return (yield* zfsSendOne(run.zfs, name, from, flags, STDOUT)) ? 0 : 1;
}

/** Snapshots of one file system, with -R of all below it. */
function* sendTree(
  run: ZfsRun,
  name: string,
  given: string | undefined,
  flags: SendFlags,
): Task<number> {
  const [fs = '', snapshot = ''] = name.split('@');
  const dataset = yield* openZfs(run.zfs, fs, HEADS);
  if (dataset === undefined) return 1;
  let from = given;
  let isFromOrigin = false;
  if (from !== undefined) {
    const at = from.indexOf('@');
    if (at >= 0 && from === dataset.stats?.origin) {
      isFromOrigin = true;
      from = undefined;
    } else if (at >= 0) {
      if (at > 0 && from.slice(0, at) !== fs) {
        return yield* run.usage('incremental source must be in same filesystem');
      }
      from = from.slice(at + 1);
      if (/[@/]/.test(from)) return yield* run.usage('invalid incremental source');
    }
  }
  const isDoAll = flags.isDoAll === true || (flags.isReplicate === true && from === undefined);
  const all: SendFlags = { ...flags, isFromOrigin, isDoAll };
  return (yield* zfsSend(run.zfs, fs, from, snapshot, all, STDOUT)) ? 0 : 1;
}

/** -o and -x; a number is the exit status after a complaint. */
function* receiveProps(
  run: ZfsRun,
  parsed: ParsedOptions,
): Task<{ origin: string | undefined; props: NvList } | number> {
  const texts = new Map<string, string>();
  const excluded = new Map<string, NvValue>();
  let origin: string | undefined;
  for (const { letter, value } of parsed.options) {
    if (letter === 'x') {
      if (zfsProp(value) === undefined && !isUserProp(value)) {
        return yield* run.fail(`invalid property '${value}'\n`);
      }
      if (excluded.has(value) || texts.has(value)) {
        return yield* run.fail(`property '${value}' specified multiple times\n`);
      }
      excluded.set(value, nvBoolean());
    }
    if (letter !== 'o') continue;
    const at = value.indexOf('=');
    if (at < 0) return yield* run.usage("missing '=' for property=value argument");
    const name = value.slice(0, at);
    if (name === 'origin') {
      if (origin !== undefined) return yield* run.usage();
      origin = value.slice(at + 1);
      continue;
    }
    if (texts.has(name) || excluded.has(name)) {
      return yield* run.fail(`property '${name}' specified multiple times\n`);
    }
    texts.set(name, value.slice(at + 1));
  }
  const action = 'cannot receive';
  const props = yield* parseDatasetProps(run.zfs, texts, action);
  if (props === false) return 1;
  return { origin, props: new Map([...props, ...excluded]) };
}

export function* receive(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'o:x:denuvFsA');
  if (typeof parsed === 'number') return parsed;
  const has = (letter: string): boolean => hasOption(parsed, letter);
  if (has('d') && has('e')) {
    return yield* run.usage('invalid option combination: -d and -e are mutually exclusive');
  }
  const given = yield* receiveProps(run, parsed);
  if (typeof given === 'number') return given;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing snapshot argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const { zfs, sys } = run;
  if (has('A')) {
    if (parsed.options.length > 1) return yield* run.usage();
    if ((yield* openZfs(zfs, name, HEADS)) === undefined) return 1;
    return (yield* zfsReceiveAbort(zfs, name)) ? 0 : 1;
  }
  if (yield* sys.isatty(STDIN)) {
    return yield* run.fail(
      'Error: Backup stream can not be read from a terminal.\nYou must redirect standard input.\n',
    );
  }
  const unmounted: string[] = [];
  const flags: ReceiveFlags = {
    isVerbose: has('v'),
    isPrefix: has('d') || has('e'),
    isTail: has('e'),
    isDryRun: has('n'),
    isForced: has('F'),
    isResumable: has('s'),
    ...(given.origin === undefined ? {} : { origin: given.origin }),
    props: given.props,
    mounts: {
      *unmount(each) {
        const dataset = yield* findDataset(zfs, each);
        if (dataset === undefined) return;
        for (const below of (yield* treeOf(zfs, dataset)).toReversed()) {
          if (yield* unmountDataset(zfs, below.name, true)) unmounted.push(below.name);
        }
      },
    },
  };
  const { isOk, top } = yield* zfsReceive(zfs, name, flags, STDIN);
  if (!has('u') && !has('n')) yield* mountReceived(run, top, unmounted);
  return isOk ? 0 : 1;
}

/** Mounts what came, and what had to be unmounted for it. */
function* mountReceived(
  run: ZfsRun,
  top: string | undefined,
  unmounted: readonly string[],
): Task<void> {
  const names = new Set<string>();
  const dataset = top === undefined ? undefined : yield* findDataset(run.zfs, top);
  if (dataset !== undefined) {
    for (const each of yield* treeOf(run.zfs, dataset)) {
      if (each.isFileSystem && (each.number('canmount') ?? 1n) === 1n) names.add(each.name);
    }
  }
  for (const name of [...names, ...unmounted.toReversed()]) {
    if ((yield* findDataset(run.zfs, name)) !== undefined) yield* mountAgain(run.zfs, name);
  }
}
