/**
 * The services of the first boot, as data: what SMF's manifests say, for the services that are
 * there. A method is a program of the image; its exit status counts as for SMF (0 online, 95 and 96
 * maintenance). The full repository and restarter replace this table.
 * @see smartos-live and illumos-joyent manifests  @man smf_method(7)
 */
export interface ServiceRow {
  /** `svc:/` is put in front. */
  readonly name: string;
  readonly instance: string;
  /** What verbose boot messages call it. */
  readonly description: string;
  /** Names of services that have to be online before. */
  readonly needs: readonly string[];
  /** argv of the start method; undefined: a milestone, which has none. */
  readonly start?: readonly string[];
  /** argv of the stop method; without one its processes are killed. */
  readonly stop?: readonly string[];
  /** `transient`: done when the method is; `child`: the method runs as long as the service. */
  readonly duration: 'transient' | 'child';
  /** Started in single-user mode, too. */
  readonly isSingleUser: boolean;
}

function transient(
  name: string,
  description: string,
  needs: readonly string[],
  method?: string,
  isSingleUser = true,
): ServiceRow {
  const row = { name, instance: 'default', description, needs, isSingleUser };
  return method === undefined
    ? { ...row, duration: 'transient' }
    : { ...row, duration: 'transient', start: [`/lib/svc/method/${method}`] };
}

export const SERVICES: readonly ServiceRow[] = [
  transient('system/filesystem/root', 'root file system mount', [], 'fs-root'),
  transient('system/filesystem/usr', 'read/write root file systems mounts', [
    'system/filesystem/root',
  ]),
  transient('system/device/local', 'Standard Solaris device configuration', [
    'system/filesystem/usr',
  ]),
  transient(
    'system/filesystem/minimal',
    'minimal file system mounts',
    ['system/filesystem/usr', 'system/device/local'],
    'fs-minimal',
  ),
  {
    ...transient('system/identity', 'system identity (nodename)', ['system/filesystem/minimal']),
    instance: 'node',
    start: ['/lib/svc/method/identity-node'],
  },
  transient(
    'system/filesystem/smartdc',
    'SmartDC file system mounts',
    ['system/filesystem/minimal', 'system/identity'],
    'fs-joyent',
  ),
  transient('milestone/single-user', 'single-user milestone', [
    'system/filesystem/minimal',
    'system/filesystem/smartdc',
    'system/identity',
  ]),
  transient(
    'milestone/sysconfig',
    'Basic system configuration milestone',
    ['system/identity', 'milestone/single-user'],
    undefined,
    false,
  ),
  transient(
    'system/utmp',
    'utmpx monitoring',
    ['system/filesystem/minimal', 'milestone/sysconfig'],
    'svc-utmp',
    false,
  ),
  transient(
    'milestone/multi-user',
    'multi-user milestone',
    ['milestone/sysconfig', 'system/utmp'],
    undefined,
    false,
  ),
  {
    name: 'system/console-login',
    instance: 'default',
    description: 'Console login',
    needs: ['system/filesystem/minimal', 'system/identity', 'milestone/sysconfig', 'system/utmp'],
    start: [
      '/usr/lib/saf/ttymon',
      '-g',
      '-d',
      '/dev/console',
      '-l',
      'console',
      '-T',
      'xterm-256color',
      '-m',
      'ldterm,ttcompat',
      '-h',
    ],
    duration: 'child',
    isSingleUser: false,
  },
];

/** Rows so that each comes after what it needs; throws when some wait for each other. */
export function inOrder(services: readonly ServiceRow[]): readonly ServiceRow[] {
  const ordered: ServiceRow[] = [];
  const done = new Set<string>();
  let waiting = [...services];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ needs }) => needs.every((name) => done.has(name)));
    if (ready.length === 0) {
      const names = waiting.map(({ name }) => name).join(', ');
      throw new RangeError(`services wait for each other: ${names}`);
    }
    for (const row of ready) done.add(row.name);
    ordered.push(...ready);
    waiting = waiting.filter(({ name }) => !done.has(name));
  }
  return ordered;
}
