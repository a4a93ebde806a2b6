/**
 * Access control entries in the NFSv4 style: `ace_t` of <sys/acl.h>.
 * @man acl(7)  @man acl(2)
 */

/** `ace_t` */
export interface Ace {
  /** A user or group; −1 for owner@, group@ and everyone@. */
  readonly who: number;
  readonly mask: number;
  /** Who is meant, and inheritance. */
  readonly flags: number;
  readonly type: number;
}

export const ACE_READ_DATA = 0x1;
export const ACE_WRITE_DATA = 0x2;
export const ACE_APPEND_DATA = 0x4;
export const ACE_READ_NAMED_ATTRS = 0x8;
export const ACE_WRITE_NAMED_ATTRS = 0x10;
export const ACE_EXECUTE = 0x20;
export const ACE_DELETE_CHILD = 0x40;
export const ACE_READ_ATTRIBUTES = 0x80;
export const ACE_WRITE_ATTRIBUTES = 0x100;
export const ACE_DELETE = 0x10000;
export const ACE_READ_ACL = 0x20000;
export const ACE_WRITE_ACL = 0x40000;
export const ACE_WRITE_OWNER = 0x80000;
export const ACE_SYNCHRONIZE = 0x100000;

export const ACE_FILE_INHERIT_ACE = 0x1;
export const ACE_DIRECTORY_INHERIT_ACE = 0x2;
export const ACE_NO_PROPAGATE_INHERIT_ACE = 0x4;
export const ACE_INHERIT_ONLY_ACE = 0x8;
export const ACE_SUCCESSFUL_ACCESS_ACE_FLAG = 0x10;
export const ACE_FAILED_ACCESS_ACE_FLAG = 0x20;
export const ACE_IDENTIFIER_GROUP = 0x40;
export const ACE_INHERITED_ACE = 0x80;
export const ACE_OWNER = 0x1000;
/** `ACE_GROUP | ACE_IDENTIFIER_GROUP`: group@ */
export const ACE_OWNING_GROUP: number = 0x2000 | ACE_IDENTIFIER_GROUP;
export const ACE_EVERYONE = 0x4000;
/** The flags that say who is meant. */
export const ACE_TYPE_FLAGS: number = ACE_OWNER | ACE_OWNING_GROUP | ACE_EVERYONE;

export const ACE_ACCESS_ALLOWED_ACE_TYPE = 0;
export const ACE_ACCESS_DENIED_ACE_TYPE = 1;
export const ACE_SYSTEM_AUDIT_ACE_TYPE = 2;
export const ACE_SYSTEM_ALARM_ACE_TYPE = 3;
/** Of the types that exist the last: audit and alarm entries, and those with object types. */
export const ACE_MAX_TYPE = 16;

/** `MAX_ACL_ENTRIES` */
export const MAX_ACL_ENTRIES = 1024;

/** Commands of acl(2); the first three for the POSIX draft's entries. */
export const GETACL = 1;
export const SETACL = 2;
export const GETACLCNT = 3;
export const ACE_GETACL = 4;
export const ACE_SETACL = 5;
export const ACE_GETACLCNT = 6;
