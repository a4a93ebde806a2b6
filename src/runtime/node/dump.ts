/**
 * The crash dump: what a person needs to understand a panic, as text in one piece: the message and
 * its stack, the last kernel messages, the process table with states and open files, counters.
 * @see uts/common/os/dumpsubr.c  @man dumpadm(8)
 */
import { encodeUtf8 } from '#base/bytes.ts';
import { NS_PER_SEC } from '#base/units.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Proc } from '#kernel/os/proc.ts';

export function makeDump(kernel: Kernel, message: string, stack: string): Uint8Array {
  const { options, dispatcher } = kernel;
  const upSeconds = (dispatcher.nowNs() - kernel.bootedNs) / NS_PER_SEC;
  const sections = [
    `SmartOS Lab crash dump of ${kernel.hostname}`,
    `SunOS 5.11 joyent_${options.platformStamp}, up ${upSeconds} seconds`,
    section('panic message', message),
    section('stack', stack),
    section('messages', kernel.messages.messages.map((each) => each.text).join('\n')),
    section('processes', [...kernel.procs.all()].map(describeProc).join('\n')),
    section(
      'counters',
      [
        `system calls ${kernel.systemCalls}`,
        `forks ${kernel.forks}`,
        `execs ${kernel.execs}`,
        `switches ${dispatcher.switches}`,
        ...[...kernel.unsupported].map(([name, count]) => `unsupported ${name} ${count}`),
      ].join('\n'),
    ),
  ];
  return encodeUtf8(`${sections.join('\n\n')}\n`);
}

function section(title: string, body: string): string {
  return `== ${title} ==\n${body}`;
}

function describeProc(proc: Proc): string {
  const threads = proc.threads.map((thread) => `${thread.id}:${thread.state}`).join(' ');
  const files = [...proc.files.entries()]
    .map(([fd, { file }]) => `${fd}=${file.path ?? file.vnode.type}`)
    .join(' ');
  const ids = `pid ${proc.pid} ppid ${proc.parent?.pid ?? 0} pgid ${proc.group.pgid}`;
  const { state, image, cred } = proc;
  return `${ids} uid ${cred.uid} ${state} [${threads}] ${image.argv.join(' ')}\n    ${files}`;
}
