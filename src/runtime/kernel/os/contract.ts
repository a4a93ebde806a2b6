/**
 * Process contracts: sets of processes that somebody answers for. A process with an active template
 * puts each child that it forks into a new contract, which it holds; their children stay in it. The
 * holder hears of what its terms name: the end of one, a fatal signal, the end of the last. That is
 * how a restarter knows that a service has died, however many processes it had.
 * @see uts/common/contract/process.c, uts/common/os/contract.c  @man contract(5), process(5)
 */
import {
  CT_PR_ALLFATAL,
  CT_PR_EV_CORE,
  CT_PR_EV_EMPTY,
  CT_PR_EV_EXIT,
  CT_PR_EV_FORK,
  CT_PR_EV_SIGNAL,
  CT_PR_INHERIT,
  CT_PR_NOORPHAN,
  CT_PR_PGRPONLY,
  CT_PR_REGENT,
  type ContractEvent,
  type ContractState,
  type ContractStatus,
  type ContractTerms,
} from '#abi/illumos/contract.ts';
import { SIGKILL } from '#abi/illumos/signal.ts';
import { WaitQueue } from '#kernel/disp/wait.ts';
import { EPERM, ESRCH, type Errno } from '#kernel/os/errno.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import { postSignal } from '#kernel/os/signal.ts';

/** Where events arrive for one open event file; those not wanted are not kept. */
export class ContractEndpoint {
  readonly events: ContractEvent[] = [];
  readonly queue: WaitQueue = new WaitQueue();
  readonly #wants: (contract: ProcessContract) => boolean;

  constructor(wants: (contract: ProcessContract) => boolean) {
    this.#wants = wants;
  }

  offer(contract: ProcessContract, event: ContractEvent): void {
    if (!this.#wants(contract)) return;
    this.events.push(event);
    this.queue.wakeAll();
  }
}

/** `cont_process_t` */
export class ProcessContract {
  readonly id: number;
  readonly terms: ContractTerms;
  readonly creator: string;
  readonly members: Set<Proc> = new Set();
  /** Critical events not acknowledged yet. */
  readonly unacknowledged: ContractEvent[] = [];
  state: ContractState = 'owned';
  holder: Proc | undefined;

  constructor(id: number, terms: ContractTerms, holder: Proc) {
    this.id = id;
    this.terms = terms;
    this.holder = holder;
    this.creator = holder.contract?.terms.svcFmri ?? '';
  }

  status(): ContractStatus {
    return {
      ...this.terms,
      id: this.id,
      state: this.state,
      holder: this.holder?.pid ?? 0,
      members: [...this.members].map(({ pid }) => pid).sort((a, b) => a - b),
      eventCount: this.unacknowledged.length,
      creator: this.creator,
    };
  }
}

export class ContractTable {
  readonly #contracts = new Map<number, ProcessContract>();
  readonly #endpoints = new Set<ContractEndpoint>();
  #lastId = 0;
  #lastEvent = 0;

  get(id: number): ProcessContract | undefined {
    return this.#contracts.get(id);
  }

  /** In the order of their numbers. */
  all(): readonly ProcessContract[] {
    return [...this.#contracts.values()];
  }

  /** Events from now on, and those critical ones that still wait, until `close`. */
  listen(wants: (contract: ProcessContract) => boolean): ContractEndpoint {
    const endpoint = new ContractEndpoint(wants);
    this.#endpoints.add(endpoint);
    this.replay(endpoint);
    return endpoint;
  }

  close(endpoint: ContractEndpoint): void {
    this.#endpoints.delete(endpoint);
  }

  /** Puts every unacknowledged event into `endpoint` again. */
  replay(endpoint: ContractEndpoint): void {
    endpoint.events.length = 0;
    for (const contract of this.#contracts.values()) {
      for (const event of contract.unacknowledged) endpoint.offer(contract, event);
    }
  }

  /** A child begins: in a contract of its own if there is a template, else in its parent's. */
  forked(parent: Proc, child: Proc): void {
    const terms = parent.contractTemplate;
    if (terms === undefined) {
      const { contract } = parent;
      if (contract === undefined) return;
      join(contract, child);
      this.#post(contract, CT_PR_EV_FORK, child.pid, 0);
      return;
    }
    this.#lastId += 1;
    const contract = new ProcessContract(this.#lastId, terms, parent);
    this.#contracts.set(contract.id, contract);
    parent.heldContracts.add(contract);
    parent.latestContract = contract;
    join(contract, child);
  }

  /** A process has ended: its contract hears of it, and what it held is given up. */
  exited(proc: Proc, event: ProcEvent): void {
    const { contract } = proc;
    if (contract !== undefined) this.#leave(contract, proc, event);
    for (const held of proc.heldContracts) {
      const heir = contract?.holder;
      const isInherited =
        (held.terms.params & CT_PR_INHERIT) !== 0 &&
        contract !== undefined &&
        (contract.terms.params & CT_PR_REGENT) !== 0 &&
        heir !== undefined;
      if (isInherited) {
        held.state = 'inherited';
        held.holder = heir;
        heir.heldContracts.add(held);
      } else this.abandon(held);
    }
    proc.heldContracts.clear();
  }

  /** The holder lets go: members that nobody may outlive it are ended. @man contract(5) */
  abandon(contract: ProcessContract): void {
    contract.holder?.heldContracts.delete(contract);
    contract.holder = undefined;
    contract.unacknowledged.length = 0;
    contract.state = 'orphan';
    if ((contract.terms.params & CT_PR_NOORPHAN) !== 0) killAll(contract, undefined);
    if (contract.members.size === 0) this.#destroy(contract);
  }

  /** A process of a regent takes a contract that it inherited. */
  adopt(contract: ProcessContract, by: Proc): Errno | undefined {
    if (contract.state !== 'inherited') return EPERM;
    contract.holder?.heldContracts.delete(contract);
    contract.holder = by;
    contract.state = 'owned';
    by.heldContracts.add(contract);
    return undefined;
  }

  acknowledge(contract: ProcessContract, event: number): Errno | undefined {
    const at = contract.unacknowledged.findIndex(({ number }) => number === event);
    if (at < 0) return ESRCH;
    contract.unacknowledged.splice(at, 1);
    return undefined;
  }

  #leave(contract: ProcessContract, proc: Proc, { how, status }: ProcEvent): void {
    if (how === 'dumped') this.#post(contract, CT_PR_EV_CORE, proc.pid, status);
    if (how === 'dumped' || how === 'killed') {
      this.#post(contract, CT_PR_EV_SIGNAL, proc.pid, status);
    }
    contract.members.delete(proc);
    proc.contract = undefined;
    this.#post(contract, CT_PR_EV_EXIT, proc.pid, status);
    const fatal = contract.terms.fatal & CT_PR_ALLFATAL;
    const happened =
      how === 'dumped' ? CT_PR_EV_CORE | CT_PR_EV_SIGNAL : how === 'killed' ? CT_PR_EV_SIGNAL : 0;
    if ((fatal & happened) !== 0) killAll(contract, proc);
    if (contract.members.size > 0) return;
    this.#post(contract, CT_PR_EV_EMPTY, 0, 0);
    if (contract.holder === undefined) this.#destroy(contract);
  }

  #post(contract: ProcessContract, kind: number, pid: number, status: number): void {
    const { critical, informative } = contract.terms;
    const isCritical = (critical & kind) !== 0 && contract.holder !== undefined;
    if (!isCritical && ((critical | informative) & kind) === 0) return;
    this.#lastEvent += 1;
    const number = this.#lastEvent;
    const event = { number, contract: contract.id, kind, isCritical, pid, status };
    if (isCritical) contract.unacknowledged.push(event);
    for (const endpoint of this.#endpoints) endpoint.offer(contract, event);
  }

  #destroy(contract: ProcessContract): void {
    contract.state = 'dead';
    this.#contracts.delete(contract.id);
  }
}

function join(contract: ProcessContract, proc: Proc): void {
  contract.members.add(proc);
  proc.contract = contract;
}

/** Ends all members, or with CT_PR_PGRPONLY those of the group of the one that `died`. */
function killAll(contract: ProcessContract, died: Proc | undefined): void {
  const isGroupOnly = died !== undefined && (contract.terms.params & CT_PR_PGRPONLY) !== 0;
  for (const member of contract.members) {
    if (!isGroupOnly || member.group === died.group) postSignal(member, SIGKILL);
  }
}
