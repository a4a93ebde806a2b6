/**
 * From power-on to the first user program: the kernel's own processes, the root filesystem's
 * content, init. What follows is init's business (boot/, svc/).
 */
import type { Host } from '#runtime/host.ts';
import type { NodeOptions } from '#runtime/node-contract.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { hostfsType } from '#kernel/fs/hostfs/hostfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { createProcess } from '#kernel/os/fork.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { startNative } from '#kernel/syscall/native.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';
import { mountKernelFilesystems } from '#runtime/node/mount-root.ts';
import { BootFailure, populateRoot, unpackPlatform } from '#runtime/node/ramdisk.ts';

const INIT_PATH = '/sbin/init';
const INIT_ENV = new Map([['PATH', '/usr/sbin:/usr/bin']]);

/**
 * The loader and the kernel's part of the boot. Throws `BootFailure` after saying on the console why
 * the machine can't start.
 */
export function bootMachine(assembled: AssembledKernel, options: NodeOptions, host: Host): void {
  const { kernel, mounts, rootfs } = assembled;
  const say = (line: string): void => host.console.write(encodeUtf8(`${line}\r\n`));
  const { stamp, folder: place = `os/${stamp}/platform` } = host.platform;
  const folder = `/${place}/i86pc`;
  try {
    say(`Loading ${folder}/kernel/amd64/unix...`);
    say(`Loading ${folder}/amd64/boot_archive...`);
    say(`Loading ${folder}/amd64/boot_archive.hash...`);
    const archive = unpackPlatform(host.platform, host.codecs);
    say('Booting...');
    populateRoot(archive, rootfs, kernel.context);
    if (host.share !== undefined) {
      mounts.register(hostfsType(() => mounts.allocateFsid(), host.share));
    }
    mountKernelFilesystems(assembled);
  } catch (error) {
    if (error instanceof BootFailure) say(error.message);
    throw error;
  }
  kernel.log('CE_CONT', `SunOS Release 5.11 Version joyent_${host.platform.stamp} 64-bit`);
  kernel.log('CE_CONT', 'SmartOS Lab: an emulated SmartOS compute node.');
  startInit(assembled, options, becomeInit);
}

/**
 * Makes sched (0), init (1), pageout (2) and fsflush (3). Only init has a program: what the others
 * do on illumos happens here inside the run loop. init's end is a panic.
 */
export function startInit(
  assembled: AssembledKernel,
  options: NodeOptions,
  main: NativeMain,
): Proc {
  const { kernel } = assembled;
  const sched = makeSystemProcess(assembled, null, ['sched'], new Map());
  const argv = [INIT_PATH, ...options.boot.flags];
  const init = makeSystemProcess(assembled, sched, argv, INIT_ENV);
  makeSystemProcess(assembled, sched, ['pageout'], new Map());
  makeSystemProcess(assembled, sched, ['fsflush'], new Map());
  kernel.initExited = (proc) => {
    const event = proc.event;
    kernel.panic(`init died (${event?.how ?? 'exited'} ${event?.status ?? 0})`);
  };
  startNative(init, main, assembled.services);
  return init;
}

function makeSystemProcess(
  assembled: AssembledKernel,
  parent: Proc | null,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): Proc {
  const root = assembled.rootfs.root();
  const command = (argv[0] ?? '').replace(/^.*\//, '');
  const image = { command, argv, env, path: argv[0] ?? '' };
  return createProcess(assembled.kernel, { parent, cwd: root, root, image });
}

const becomeInit: NativeMain = function* (sys) {
  const errno = yield* sys.execve(INIT_PATH, sys.argv, sys.env);
  return isErrno(errno) ? errno.number : 1;
};
