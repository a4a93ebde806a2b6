/**
 * Errors that cross the protocol's edge: a closed union of codes, a sentence for the person and
 * plain data for the program. Sentences begin with the action, quote values, put the state after a
 * colon and end without a full stop (style.md §4.6).
 */
export const LAB_ERROR_CODES = [
  // The connection itself
  'badRequest',
  'unknownCall',
  'unauthorized',
  'payloadTooLarge',
  'protocolMismatch',
  'cancelled',
  'disconnected',
  'internal',
  'notSupported',
  // The library and its labs
  'labNotFound',
  'labExists',
  'labLocked',
  'labOpen',
  'labDamaged',
  'labNewer',
  'libraryDamaged',
  'libraryNewer',
  'invalidName',
  'archiveInvalid',
  'uploadNotFound',
  // Nodes
  'nodeNotFound',
  'nodeExists',
  'nodeRunning',
  'nodeNotRunning',
  'nodeNotResponding',
  'nodePanicked',
  'platformMissing',
  'diskMissing',
  'mediumMissing',
  'terminalNotFound',
  // The host machine
  'diskFull',
  'ioError',
  'accessDenied',
  'portInUse',
] as const;

export type LabErrorCode = (typeof LAB_ERROR_CODES)[number];

/** Plain data that goes with an error: never an object of ours, never a stack. */
export type LabErrorDetail = Readonly<Record<string, string | number | boolean>>;

/** What crosses the wire. */
export interface LabErrorShape {
  readonly code: LabErrorCode;
  readonly message: string;
  readonly detail?: LabErrorDetail | undefined;
}

export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;
  readonly detail: LabErrorDetail;

  /** `cause` stays on this side of the wire: it is for the log. */
  constructor(code: LabErrorCode, message: string, detail: LabErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }

  toShape(): LabErrorShape {
    return { code: this.code, message: this.message, detail: this.detail };
  }

  static fromShape(shape: LabErrorShape): LabError {
    return new LabError(shape.code, shape.message, shape.detail ?? {});
  }
}

/** Any thrown value as a LabError; what we did not foresee becomes `internal`, its cause kept. */
export function toLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError('internal', `The lab met an unexpected error: ${message}`, {}, thrown);
}
