/**
 * Contracts: flags of process contracts and the ioctls of the files below /system/contract. The
 * arguments are objects here: what libcontract packs into nvlists on illumos.
 * @spec sys/contract.h, sys/contract/process.h, sys/ctfs.h  @man contract(5), process(5)
 */
export const CTFS_ROOT = '/system/contract';

/** Events. */
export const CT_PR_EV_EMPTY = 0x01;
export const CT_PR_EV_FORK = 0x02;
export const CT_PR_EV_EXIT = 0x04;
export const CT_PR_EV_CORE = 0x08;
export const CT_PR_EV_SIGNAL = 0x10;
export const CT_PR_EV_HWERR = 0x20;
export const CT_PR_ALLEVENT = 0x3f;
export const CT_PR_ALLFATAL: number = CT_PR_EV_CORE | CT_PR_EV_SIGNAL | CT_PR_EV_HWERR;

/** Parameters. */
export const CT_PR_INHERIT = 0x1;
export const CT_PR_NOORPHAN = 0x2;
export const CT_PR_PGRPONLY = 0x4;
export const CT_PR_REGENT = 0x8;
export const CT_PR_ALLPARAM = 0xf;

const PREFIX: number = (0x63 << 24) | (0x74 << 16);
const control = (kind: string, n: number): number => PREFIX | (kind.charCodeAt(0) << 8) | n;

/** Of a template: make it the active one, none active, set terms (`ContractTerms`), read them. */
export const CT_TACTIVATE: number = control('t', 0);
export const CT_TCLEAR: number = control('t', 1);
export const CT_TSET: number = control('t', 3);
export const CT_TGET: number = control('t', 4);
/** Of a contract's ctl file. CT_CACK takes the event's number. */
export const CT_CABANDON: number = control('c', 0);
export const CT_CACK: number = control('c', 1);
export const CT_CADOPT: number = control('c', 3);
/** Fills a `ContractStatus`. */
export const CT_SSTATUS: number = control('s', 0);
/** Of an event file: all unacknowledged events again; the next event into a `ContractEventCell`. */
export const CT_ERESET: number = control('e', 0);
export const CT_ERECV: number = control('e', 1);

/** What a contract says; a template's and a contract's. */
export interface ContractTerms {
  readonly cookie: bigint;
  readonly informative: number;
  readonly critical: number;
  /** Events that end all other members. */
  readonly fatal: number;
  readonly params: number;
  readonly svcFmri: string;
  readonly aux: string;
}

/** Terms of a template that nobody changed. */
export const DEFAULT_CONTRACT_TERMS: ContractTerms = {
  cookie: 0n,
  informative: CT_PR_EV_CORE | CT_PR_EV_SIGNAL,
  critical: CT_PR_EV_EMPTY | CT_PR_EV_HWERR,
  fatal: CT_PR_EV_HWERR,
  params: 0,
  svcFmri: '',
  aux: '',
};

export type ContractState = 'owned' | 'inherited' | 'orphan' | 'dead';

export interface ContractStatus extends ContractTerms {
  readonly id: number;
  readonly state: ContractState;
  /** Pid of the process that holds it, 0 when none does. */
  readonly holder: number;
  readonly members: readonly number[];
  /** Critical events that were not acknowledged. */
  readonly eventCount: number;
  readonly creator: string;
}

export interface ContractEvent {
  /** Rises with every event of the kernel. */
  readonly number: number;
  readonly contract: number;
  readonly kind: number;
  readonly isCritical: boolean;
  /** The process it is about; 0 for an empty contract. */
  readonly pid: number;
  /** Exit status, or signal; 0 where neither. */
  readonly status: number;
}

/** Argument of CT_ERECV, filled by the call. */
export interface ContractEventCell {
  event: ContractEvent | undefined;
}

/** Argument of CT_SSTATUS. */
export interface ContractStatusCell {
  status: ContractStatus | undefined;
}
