/**
 * Doors: calls from one process into another, by a descriptor. Arguments and results are plain data
 * that nobody changes afterwards: what C programs copy through as bytes.
 * @spec sys/door.h  @man door_create(3C), door_call(3C)
 */
/** Subcodes of doorfs(2); the last two are the lab's own halves of door_return. */
export const DOOR_CREATE = 0;
export const DOOR_REVOKE = 1;
export const DOOR_INFO = 2;
export const DOOR_CALL = 3;
export const DOOR_RECEIVE = 7;
export const DOOR_REPLY = 8;

/** A call as its client makes it; the object is the call's identity until it is answered. */
export interface DoorCallCell {
  readonly argument: unknown;
  state: 'new' | 'waiting' | 'answered';
  result: unknown;
}

/** A call as the server gets it. */
export interface DoorCall {
  /** For `DOOR_REPLY`. */
  readonly id: number;
  readonly argument: unknown;
  /** Who calls. @man door_ucred(3C) */
  readonly pid: number;
  readonly effectiveUid: number;
}

export interface DoorReceiveCell {
  readonly noHang: boolean;
  call: DoorCall | undefined;
}

export interface DoorReplyCell {
  readonly id: number;
  readonly result: unknown;
}

/** `door_info_t`, what there is to know here. */
export interface DoorInfo {
  /** Pid of the server; −1 when the door is revoked. */
  target: number;
  uniquifier: number;
}
