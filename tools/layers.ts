/**
 * The layers, bottom to top: folder (or file) below src → what it may import. A file belongs to the
 * longest entry that matches it and may always import its own layer. Names in a list stand for
 * everything below them. tools/check-layers.ts enforces this table, and ARCHITECTURE.md's diagram is
 * printed from it. Do not relax a row to make an import pass: register at node.ts instead.
 */
const BASIC = ['base', 'runtime/abi', 'runtime/host.ts'] as const;
/** Types and values that the lowest kernel layers share: the contracts. */
const CONTRACTS = [
  'runtime/kernel/os/errno.ts',
  'runtime/kernel/os/cred.ts',
  'runtime/kernel/disp/wait.ts',
  'runtime/kernel/vfs/vnode.ts',
] as const;
const CORE = ['runtime/kernel/os', 'runtime/kernel/disp', 'runtime/kernel/vm'] as const;
/** Parts of ZFS, bottom to top: each may import those before it. */
const ZFS = [
  'runtime/kernel/fs/zfs/ondisk',
  'runtime/kernel/fs/zfs/vdev',
  'runtime/kernel/fs/zfs/zio',
  'runtime/kernel/fs/zfs/metaslab',
  'runtime/kernel/fs/zfs/spa',
  'runtime/kernel/fs/zfs/arc',
  'runtime/kernel/fs/zfs/dmu',
  'runtime/kernel/fs/zfs/zap',
  'runtime/kernel/fs/zfs/dsl',
  'runtime/kernel/fs/zfs/zil',
  'runtime/kernel/fs/zfs/zpl',
  'runtime/kernel/fs/zfs/zvol',
  'runtime/kernel/fs/zfs/pool',
  'runtime/kernel/fs/zfs/ioctl',
] as const;
/** What an observer outside may ask: shapes only. */
const OBSERVATION = 'runtime/observation.ts';
const KERNEL_BASE = [...BASIC, ...CONTRACTS, 'runtime/kernel/sdt'] as const;
/** What a command may see: the calls and the libraries, never the kernel's inside. */
const USERLAND = [
  'base',
  'runtime/abi',
  'runtime/kernel/os/errno.ts',
  'runtime/kernel/vfs/vnode.ts',
  'runtime/kernel/syscall/sys.ts',
  'runtime/lib',
] as const;

export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ['base'],

  'runtime/abi': ['base'],
  'runtime/host.ts': ['base'],
  'runtime/observation.ts': [],
  'runtime/machine': [...BASIC],
  'runtime/kernel/sdt': [...BASIC],
  'runtime/kernel/os/errno.ts': ['runtime/abi'],
  'runtime/kernel/os/cred.ts': ['base'],
  'runtime/kernel/disp/wait.ts': [...BASIC, ...CORE],
  'runtime/kernel/vfs/vnode.ts': [...BASIC, ...CONTRACTS, ...CORE],
  'runtime/kernel/os': [...KERNEL_BASE, ...CORE],
  'runtime/kernel/disp': [...KERNEL_BASE, ...CORE],
  'runtime/kernel/vm': [...KERNEL_BASE, ...CORE, 'runtime/machine'],
  'runtime/kernel/vfs': [...KERNEL_BASE, ...CORE],
  'runtime/kernel/net': [...KERNEL_BASE, ...CORE],
  'runtime/kernel/io': [...KERNEL_BASE, ...CORE, 'runtime/kernel/vfs'],
  'runtime/kernel/fs': [...KERNEL_BASE, ...CORE, 'runtime/kernel/vfs', 'runtime/kernel/io'],
  // ZFS, bottom to top: each row may use the rows above it in this list.
  'runtime/kernel/fs/zfs/ondisk': [...KERNEL_BASE, ...ZFS.slice(0, 0)],
  'runtime/kernel/fs/zfs/vdev': [...KERNEL_BASE, ...ZFS.slice(0, 1)],
  'runtime/kernel/fs/zfs/zio': [...KERNEL_BASE, ...ZFS.slice(0, 2)],
  'runtime/kernel/fs/zfs/metaslab': [...KERNEL_BASE, ...ZFS.slice(0, 3)],
  'runtime/kernel/fs/zfs/spa': [...KERNEL_BASE, ...ZFS.slice(0, 4)],
  'runtime/kernel/fs/zfs/arc': [...KERNEL_BASE, ...ZFS.slice(0, 5)],
  'runtime/kernel/fs/zfs/dmu': [...KERNEL_BASE, ...ZFS.slice(0, 6)],
  'runtime/kernel/fs/zfs/zap': [...KERNEL_BASE, ...ZFS.slice(0, 7)],
  'runtime/kernel/fs/zfs/dsl': [...KERNEL_BASE, ...ZFS.slice(0, 8)],
  'runtime/kernel/fs/zfs/zil': [...KERNEL_BASE, ...ZFS.slice(0, 9)],
  'runtime/kernel/fs/zfs/zpl': [...KERNEL_BASE, ...CORE, 'runtime/kernel/vfs', ...ZFS.slice(0, 10)],
  'runtime/kernel/fs/zfs/zvol': [...KERNEL_BASE, ...ZFS.slice(0, 11)],
  'runtime/kernel/fs/zfs/pool': [
    ...KERNEL_BASE,
    ...CORE,
    'runtime/kernel/vfs',
    ...ZFS.slice(0, 12),
  ],
  'runtime/kernel/fs/zfs/ioctl': [
    ...KERNEL_BASE,
    ...CORE,
    'runtime/kernel/vfs',
    'runtime/kernel/io',
    ...ZFS.slice(0, 13),
  ],
  'runtime/kernel/fs/zfs/observe': [...KERNEL_BASE, OBSERVATION, ...ZFS],
  'runtime/kernel/inet': [...KERNEL_BASE, ...CORE, 'runtime/kernel/vfs', 'runtime/kernel/net'],
  'runtime/kernel/syscall/sys.ts': ['runtime/abi', ...CONTRACTS],
  'runtime/kernel/exec': [
    ...KERNEL_BASE,
    ...CORE,
    'runtime/kernel/vfs',
    'runtime/kernel/syscall/sys.ts',
    'runtime/machine',
  ],
  'runtime/kernel/dtrace': [...KERNEL_BASE, ...CORE],
  'runtime/kernel/syscall': [
    'runtime/kernel/syscall/sys.ts',
    ...KERNEL_BASE,
    ...CORE,
    'runtime/kernel/vfs',
    'runtime/kernel/io',
    'runtime/kernel/exec',
    'runtime/kernel/dtrace',
  ],
  'runtime/kernel/brand/lx': [
    ...KERNEL_BASE,
    ...CORE,
    'runtime/kernel/vfs',
    'runtime/kernel/exec',
    'runtime/kernel/syscall',
    'runtime/machine',
  ],

  'runtime/lib': [
    'base',
    'runtime/abi',
    'runtime/kernel/os/errno.ts',
    'runtime/kernel/vfs/vnode.ts',
    'runtime/kernel/syscall/sys.ts',
  ],
  // Streams: what genuine libzfs takes from libnvpair and zcommon.
  'runtime/lib/libzfs': [
    'base',
    'runtime/abi',
    'runtime/kernel/os/errno.ts',
    'runtime/kernel/vfs/vnode.ts',
    'runtime/kernel/syscall/sys.ts',
    'runtime/lib',
    'runtime/kernel/fs/zfs/ondisk',
    'runtime/kernel/fs/zfs/zio',
  ],
  // As in illumos, libzpool is the kernel's ZFS compiled for a program, and zdb is that program.
  'runtime/lib/libzpool': ['base', 'runtime/host.ts', ...USERLAND, 'runtime/kernel/fs/zfs'],
  'runtime/cmd': [...USERLAND, 'runtime/cmd/zdb'],
  'runtime/cmd/zdb': [
    ...USERLAND,
    'runtime/host.ts',
    'runtime/cmd/command.ts',
    'runtime/kernel/fs/zfs',
  ],
  'runtime/svc': [...USERLAND, 'runtime/cmd/command.ts'],
  // The loader reads volumes with the kernel's own readers of their formats.
  'runtime/boot': [
    ...BASIC,
    ...USERLAND,
    'runtime/cmd',
    'runtime/kernel/fs/pcfs',
    'runtime/kernel/fs/hsfs',
  ],
  'runtime/hvm': [...BASIC, ...USERLAND],
  'runtime/node-contract.ts': ['base', OBSERVATION],
  'runtime/node': ['base', 'runtime'],
  'runtime/node.ts': ['base', 'runtime'],
  'runtime/index.ts': [
    'runtime/host.ts',
    'runtime/node-contract.ts',
    OBSERVATION,
    'runtime/node.ts',
  ],

  testing: ['base', 'runtime', 'protocol', 'lab', 'hosts'],
  lab: [
    'base',
    'protocol',
    'runtime/index.ts',
    'runtime/host.ts',
    'runtime/node-contract.ts',
    OBSERVATION,
  ],
  hosts: [
    'base',
    'protocol',
    'lab',
    'runtime/index.ts',
    'runtime/host.ts',
    'runtime/boot/platform.ts',
    'runtime/boot/media',
  ],
  main: ['base', 'protocol', 'hosts/electron'],
  preload: ['base', 'protocol'],
  renderer: ['base', 'protocol'],
  conformance: ['base', 'protocol', 'runtime', 'lab', 'hosts', 'testing'],
  bench: ['base', 'protocol', 'runtime', 'lab', 'hosts', 'testing'],
};

/** Folders whose children are siblings that may not import each other. */
export const SIBLINGS: readonly string[] = [
  'runtime/kernel/fs',
  'runtime/cmd',
  'renderer/features',
];

/** Files directly below a sibling folder that all of its children may import. */
export const SHARED_AMONG_SIBLINGS: readonly string[] = ['runtime/cmd/command.ts'];
