/**
 * /system/contract: contracts as files. `process/template` is opened to set terms, `process/latest`
 * shows the newest contract of the caller, `process/bundle` and `pbundle` bring events (of all, of
 * those that the caller holds), `process/ID` has `ctl`, `status` and `events` of one; `all` lists all.
 * @see uts/common/fs/ctfs  @man contract(5)
 */
import type { Clock } from '#runtime/host.ts';
import {
  CT_CABANDON,
  CT_CACK,
  CT_CADOPT,
  CT_ERECV,
  CT_ERESET,
  CT_PR_ALLEVENT,
  CT_PR_ALLFATAL,
  CT_PR_ALLPARAM,
  CT_SSTATUS,
  CT_TACTIVATE,
  CT_TCLEAR,
  CT_TGET,
  CT_TSET,
  type ContractEventCell,
  type ContractStatusCell,
  type ContractTerms,
  DEFAULT_CONTRACT_TERMS,
} from '#abi/illumos/contract.ts';
import { O_NDELAY, O_NONBLOCK } from '#abi/illumos/fcntl.ts';
import { POLLIN, POLLRDNORM } from '#abi/illumos/poll.ts';
import { WouldBlock } from '#kernel/disp/wait.ts';
import type { ContractEndpoint, ContractTable, ProcessContract } from '#kernel/os/contract.ts';
import { EAGAIN, EINVAL, ENOENT, ENOTTY, EPERM, ESRCH, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import {
  type PseudoAttributes,
  PseudoDirectory,
  type PseudoEntry,
  PseudoVnode,
} from '#kernel/vfs/pseudo-vnode.ts';
import type {
  Blocking,
  PollState,
  VfsType,
  Vnode,
  VnodeContext,
  VnodeType,
} from '#kernel/vfs/vnode.ts';

/** Contracts show themselves as nodes from here on, eight a contract. */
const FIRST_CONTRACT_NODE = 64;

class CtVfs extends BaseVfs {
  readonly fstype = 'ctfs';
  readonly contracts: ContractTable;
  readonly clock: Clock;
  readonly #root: Listing;

  constructor(fsid: number, contracts: ContractTable, clock: Clock) {
    super(fsid);
    this.contracts = contracts;
    this.clock = clock;
    this.#root = new Listing(this, 2, undefined, (root) => [
      ['all', new Listing(this, 3, root, (all) => this.#contractDirectories(all, []))],
      ['process', new Listing(this, 4, root, (process) => this.#processEntries(process))],
    ]);
  }

  override root(): Vnode {
    return this.#root;
  }

  #processEntries(process: Listing): (readonly [string, Vnode])[] {
    return this.#contractDirectories(process, [
      ['bundle', new EventFile(this, 6, () => true)],
      ['latest', new StatusFile(this, 7, ({ proc }) => proc?.latestContract)],
      ['pbundle', new EventFile(this, 8, (contract, proc) => contract.holder === proc)],
      ['template', new TemplateFile(this, 9)],
    ]);
  }

  #contractDirectories(
    parent: Listing,
    first: readonly (readonly [string, Vnode])[],
  ): (readonly [string, Vnode])[] {
    return [
      ...first,
      ...this.contracts.all().map((contract) => {
        const node = FIRST_CONTRACT_NODE + contract.id * 8;
        const files = (): (readonly [string, Vnode])[] => [
          ['ctl', new ControlFile(this, node + 1, contract)],
          ['events', new EventFile(this, node + 2, (each) => each === contract)],
          ['status', new StatusFile(this, node + 3, () => contract)],
        ];
        return [String(contract.id), new Listing(this, node, parent, files)] as const;
      }),
    ];
  }
}

/** A directory whose entries are made when somebody looks. */
class Listing extends PseudoDirectory {
  declare readonly vfs: CtVfs;
  readonly #nodeid: number;
  readonly #parent: Listing | undefined;
  readonly #entries: (self: Listing) => readonly (readonly [string, Vnode])[];

  constructor(
    vfs: CtVfs,
    nodeid: number,
    parent: Listing | undefined,
    entries: (self: Listing) => readonly (readonly [string, Vnode])[],
  ) {
    super(vfs);
    this.#nodeid = nodeid;
    this.#parent = parent;
    this.#entries = entries;
  }

  override attributes(): PseudoAttributes {
    return attributes(this.vfs, this.#nodeid, 0o555);
  }

  override parent(): Vnode {
    return this.#parent ?? this;
  }

  override *list(ctx: VnodeContext): Iterable<PseudoEntry> {
    for (const [place, [name, vnode]] of this.#entries(this).entries()) {
      const found = vnode.getattr(ctx);
      const nodeid = 'nodeid' in found ? found.nodeid : 0;
      yield { name, nodeid, type: vnode.type, place };
    }
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this.parent();
    return this.#entries(this).find(([each]) => each === name)?.[1] ?? ENOENT;
  }
}

function attributes(vfs: CtVfs, nodeid: number, mode: number): PseudoAttributes {
  return { nodeid, mode, uid: 0, gid: 0, sizeBytes: 0, timeNs: vfs.clock.realtimeNs() };
}

abstract class ContractFile extends PseudoVnode {
  declare readonly vfs: CtVfs;
  readonly #nodeid: number;
  readonly #mode: number;

  constructor(vfs: CtVfs, nodeid: number, mode: number, type: VnodeType = 'VREG') {
    super(vfs, type);
    this.#nodeid = nodeid;
    this.#mode = mode;
  }

  override attributes(): PseudoAttributes {
    return attributes(this.vfs, this.#nodeid, this.#mode);
  }
}

/** Each open has terms of its own; activated, they are those of the process's next forks. */
class TemplateFile extends ContractFile {
  constructor(vfs: CtVfs, nodeid: number) {
    super(vfs, nodeid, 0o666);
  }

  override open(_flags: number, _ctx: VnodeContext): Blocking<Vnode> {
    return new OpenTemplate(this.vfs, this.attributes().nodeid);
  }
}

class OpenTemplate extends ContractFile {
  #terms: ContractTerms = DEFAULT_CONTRACT_TERMS;

  constructor(vfs: CtVfs, nodeid: number) {
    super(vfs, nodeid, 0o666);
  }

  override ioctl(command: number, argument: unknown, { proc }: VnodeContext): Blocking<number> {
    if (proc === null) return EINVAL;
    switch (command) {
      case CT_TACTIVATE:
        proc.contractTemplate = this.#terms;
        return 0;
      case CT_TCLEAR:
        proc.contractTemplate = undefined;
        return 0;
      case CT_TSET:
        return this.#set(argument as Partial<ContractTerms>);
      case CT_TGET:
        Object.assign(argument as object, this.#terms);
        return 0;
      default:
        return ENOTTY;
    }
  }

  #set(changes: Partial<ContractTerms>): Errno | 0 {
    const terms = { ...this.#terms, ...changes };
    const stray =
      ((terms.critical | terms.informative) & ~CT_PR_ALLEVENT) |
      (terms.fatal & ~CT_PR_ALLFATAL) |
      (terms.params & ~CT_PR_ALLPARAM);
    if (stray !== 0) return EINVAL;
    this.#terms = terms;
    return 0;
  }
}

class StatusFile extends ContractFile {
  readonly #find: (ctx: VnodeContext) => ProcessContract | undefined;

  constructor(
    vfs: CtVfs,
    nodeid: number,
    find: (ctx: VnodeContext) => ProcessContract | undefined,
  ) {
    super(vfs, nodeid, 0o444);
    this.#find = find;
  }

  override open(_flags: number, ctx: VnodeContext): Blocking<Vnode> {
    return this.#find(ctx) === undefined ? ESRCH : this;
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    if (command !== CT_SSTATUS) return ENOTTY;
    const contract = this.#find(ctx);
    if (contract === undefined) return ESRCH;
    (argument as ContractStatusCell).status = contract.status();
    return 0;
  }
}

/** Only who holds the contract may act on it; to adopt it, who inherited it. */
class ControlFile extends ContractFile {
  readonly #contract: ProcessContract;

  constructor(vfs: CtVfs, nodeid: number, contract: ProcessContract) {
    super(vfs, nodeid, 0o644);
    this.#contract = contract;
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    const { proc } = ctx;
    const contract = this.#contract;
    if (proc === null || (contract.holder !== proc && !isPrivileged(ctx.cred))) return EPERM;
    switch (command) {
      case CT_CABANDON:
        this.vfs.contracts.abandon(contract);
        return 0;
      case CT_CACK:
        return this.vfs.contracts.acknowledge(contract, argument as number) ?? 0;
      case CT_CADOPT:
        return this.vfs.contracts.adopt(contract, proc) ?? 0;
      default:
        return ENOTTY;
    }
  }
}

type Wants = (contract: ProcessContract, opener: Proc | null) => boolean;

class EventFile extends ContractFile {
  readonly #wants: Wants;

  constructor(vfs: CtVfs, nodeid: number, wants: Wants) {
    super(vfs, nodeid, 0o444);
    this.#wants = wants;
  }

  override open(_flags: number, { proc }: VnodeContext): Blocking<Vnode> {
    const endpoint = this.vfs.contracts.listen((contract) => this.#wants(contract, proc));
    return new OpenEvents(this.vfs, this.attributes().nodeid, endpoint);
  }
}

class OpenEvents extends ContractFile {
  readonly #endpoint: ContractEndpoint;

  constructor(vfs: CtVfs, nodeid: number, endpoint: ContractEndpoint) {
    super(vfs, nodeid, 0o444);
    this.#endpoint = endpoint;
  }

  override close(_ctx: VnodeContext): void {
    this.vfs.contracts.close(this.#endpoint);
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    if (command === CT_ERESET) {
      this.vfs.contracts.replay(this.#endpoint);
      return 0;
    }
    if (command !== CT_ERECV) return ENOTTY;
    const event = this.#endpoint.events.shift();
    if (event === undefined) {
      const isPatient = (ctx.fileFlags & (O_NONBLOCK | O_NDELAY)) === 0;
      return isPatient ? new WouldBlock([this.#endpoint.queue]) : EAGAIN;
    }
    (argument as ContractEventCell).event = event;
    return 0;
  }

  override poll(events: number, _ctx: VnodeContext): PollState {
    const isReady = this.#endpoint.events.length > 0;
    const state = isReady ? events & (POLLIN | POLLRDNORM) : 0;
    return { events: state, queue: this.#endpoint.queue };
  }
}

export function ctfsType(
  allocateFsid: () => number,
  contracts: ContractTable,
  clock: Clock,
): VfsType {
  return { name: 'ctfs', mount: () => new CtVfs(allocateFsid(), contracts, clock) };
}
