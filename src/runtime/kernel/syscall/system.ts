/** The machine: names, clocks, statistics, power. @see uts/common/syscall/{systeminfo,uadmin}.c */
import { AD_BOOT, AD_IBOOT, A_DUMP, A_SHUTDOWN } from '#abi/illumos/uadmin.ts';
import { EINVAL, EPERM, type Errno } from '#kernel/os/errno.ts';
import type { AnnouncedState } from '#kernel/os/kernel.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { KstatSnapshot, Utsname } from '#kernel/syscall/sys.ts';

/** `MAXHOSTNAMELEN` − 1 */
const HOSTNAME_MAX = 255;

export function uname(caller: Caller): Utsname {
  const { kernel } = caller;
  return {
    sysname: 'SunOS',
    nodename: kernel.hostname,
    release: '5.11',
    version: `joyent_${kernel.options.platformStamp}`,
    machine: 'i86pc',
  };
}

/** The value of an SI_ name. @man sysinfo(2) */
export function systeminfo(caller: Caller, name: string, value?: string): string | Errno {
  const { sysname, nodename, release, version, machine } = uname(caller);
  switch (name) {
    case 'SI_SET_HOSTNAME':
      return setHostname(caller, value ?? '');
    case 'SI_SYSNAME':
      return sysname;
    case 'SI_HOSTNAME':
      return nodename;
    case 'SI_RELEASE':
      return release;
    case 'SI_VERSION':
      return version;
    case 'SI_MACHINE':
    case 'SI_PLATFORM':
      return machine;
    case 'SI_ARCHITECTURE':
    case 'SI_ARCHITECTURE_32':
      return 'i386';
    case 'SI_ARCHITECTURE_64':
    case 'SI_ARCHITECTURE_K':
      return 'amd64';
    case 'SI_ISALIST':
      return 'amd64 pentium_pro+mmx pentium_pro pentium+mmx pentium i486 i386 i86';
    case 'SI_HW_PROVIDER':
      return 'SmartOS Lab';
    case 'SI_HW_SERIAL':
      return String(caller.kernel.hostid);
    case 'SI_SRPC_DOMAIN':
    case 'SI_DHCP_CACHE':
      return '';
    default:
      return EINVAL;
  }
}

function setHostname(caller: Caller, name: string): string | Errno {
  if (caller.proc.cred.effectiveUid !== 0) return EPERM;
  if (name.length > HOSTNAME_MAX) return EINVAL;
  caller.kernel.hostname = name;
  return name;
}

export function gettimeofday(caller: Caller): bigint {
  caller.kernel.dispatcher.settleClock();
  return caller.kernel.realtimeNs();
}

export function settimeofday(caller: Caller, ns: bigint): Errno | 0 {
  if (caller.proc.cred.effectiveUid !== 0) return EPERM;
  if (ns < 0n) return EINVAL;
  caller.kernel.setRealtimeNs(ns);
  return 0;
}

export function gethrtime(caller: Caller): bigint {
  caller.kernel.dispatcher.settleClock();
  return caller.kernel.dispatcher.nowNs();
}

export function getloadavg(caller: Caller): readonly [number, number, number] {
  const { dispatcher } = caller.kernel;
  return dispatcher.load.read(dispatcher.nowNs());
}

/** Tells the front panel; see `Sys.announce`. */
export function announce(
  caller: Caller,
  state: AnnouncedState['kind'],
  step: string,
  fraction: number,
): Errno | 0 {
  if (caller.proc.cred.effectiveUid !== 0) return EPERM;
  caller.kernel.announce({ kind: state, step, fraction });
  return 0;
}

/** @man uadmin(2) */
export function uadmin(caller: Caller, command: number, fcn: number, mdep?: string): Errno | 0 {
  if (caller.proc.cred.effectiveUid !== 0) return EPERM;
  if (!Number.isInteger(command) || command < 1 || fcn < 0) return EINVAL;
  if (command === A_DUMP) caller.kernel.panic('forced crash dump initiated at user request');
  if (command <= A_SHUTDOWN) {
    caller.services.mounts.syncAll();
    caller.kernel.log('CE_CONT', 'syncing file systems... done');
    if (fcn === AD_BOOT || fcn === AD_IBOOT) caller.kernel.log('CE_CONT', 'rebooting...');
  }
  return caller.kernel.power(command, fcn, mdep) ?? 0;
}

export function kstat(caller: Caller, module?: string): readonly KstatSnapshot[] {
  return caller.kernel.kstats.read(module);
}

export function bootparams(caller: Caller): ReadonlyMap<string, string> {
  return caller.kernel.options.bootProperties;
}

export function getrandom(caller: Caller, target: Uint8Array): number {
  caller.kernel.entropy.fill(target);
  caller.spendBytes(target.length);
  return target.length;
}
