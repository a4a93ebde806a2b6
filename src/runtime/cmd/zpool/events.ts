/**
 * `zpool events`: what happened to pools since the system booted. Surprising: illumos has no such
 * subcommand (`fmdump -e` and syseventd tell there); its form is OpenZFS's.
 * @man zpool-events(8)
 */
import { type NvList, type NvValue, nvGetString } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

const EMPTY: NvList = new Map();
const NS_PER_SECOND = 1_000_000_000n;
const TIME_WIDTH = 31;

function valueText(pair: NvValue): string {
  switch (pair.type) {
    case 'string':
      return `"${pair.value}"`;
    case 'uint64':
    case 'int64':
    case 'hrtime':
      return `0x${BigInt.asUintN(64, pair.value).toString(16)}`;
    case 'uint8':
    case 'int8':
    case 'byte':
    case 'uint16':
    case 'int16':
    case 'uint32':
    case 'int32':
      return `0x${(pair.value >>> 0).toString(16)}`;
    case 'string_array':
      return pair.value.map((text) => `"${text}"`).join(' ');
    default:
      return `<${pair.type}>`;
  }
}

function* printEvent(run: ZpoolRun, timeNs: bigint, name: string): Task<void> {
  const zone = timezoneFrom(run.sys.env);
  const day = strftime('%b %e %Y %H:%M:%S', localtime(timeNs, zone));
  const time = `${day}.${String(timeNs % NS_PER_SECOND).padStart(9, '0')}`;
  yield* run.out(`${time.padEnd(TIME_WIDTH - 1)} ${name}\n`);
}

export function* events(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'vHfc');
  if (typeof parsed === 'number') return parsed;
  run.logsHistory = false;
  if (hasOption(parsed, 'c')) {
    const command = zfsCommand();
    const errno = yield* run.zfs.ioctl('ZFS_IOC_EVENTS_CLEAR', command);
    if (errno !== undefined) {
      yield* run.zfs.poolError(errno, 'cannot clear events');
      return 1;
    }
    yield* run.out(`cleared ${command.cookie} events\n`);
    return 0;
  }
  if (hasOption(parsed, 'f')) return yield* run.notSupported('events -f');
  const [pool] = parsed.operands;
  if (!hasOption(parsed, 'H')) yield* run.out(`${'TIME'.padEnd(TIME_WIDTH - 1)} CLASS\n`);
  for (let cookie = 0; ; ) {
    const command = zfsCommand({ cookie });
    const errno = yield* run.zfs.ioctl('ZFS_IOC_EVENTS_NEXT', command);
    if (errno?.name === 'ENOENT') return 0;
    if (errno !== undefined) {
      yield* run.zfs.poolError(errno, 'cannot get event');
      return 1;
    }
    ({ cookie } = command);
    const time = command.destination?.get('time');
    const pair = command.destination?.get('payload');
    const payload = pair?.type === 'nvlist' ? pair.value : EMPTY;
    if (pool !== undefined && nvGetString(payload, 'pool') !== pool) continue;
    yield* printEvent(run, time?.type === 'int64' ? time.value : 0n, command.string);
    if (!hasOption(parsed, 'v')) continue;
    for (const [name, value] of payload) {
      yield* run.out(`${' '.repeat(8)}${name} = ${valueText(value)}\n`);
    }
    yield* run.out('\n');
  }
}
