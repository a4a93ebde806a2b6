/**
 * The words and letters for rights and flags of access control entries, in the order in which they are
 * printed.
 * @man acl(7)  @see lib/libsec/common/acltext.c
 */
import * as acl from '#abi/illumos/acl.ts';

export type AclWord = readonly [name: string, value: number];

/** Of files; directories have names of their own for the first three. */
export const FILE_RIGHTS: readonly AclWord[] = [
  ['read_data', acl.ACE_READ_DATA],
  ['write_data', acl.ACE_WRITE_DATA],
  ['append_data', acl.ACE_APPEND_DATA],
  ['read_xattr', acl.ACE_READ_NAMED_ATTRS],
  ['write_xattr', acl.ACE_WRITE_NAMED_ATTRS],
  ['execute', acl.ACE_EXECUTE],
  ['delete_child', acl.ACE_DELETE_CHILD],
  ['read_attributes', acl.ACE_READ_ATTRIBUTES],
  ['write_attributes', acl.ACE_WRITE_ATTRIBUTES],
  ['delete', acl.ACE_DELETE],
  ['read_acl', acl.ACE_READ_ACL],
  ['write_acl', acl.ACE_WRITE_ACL],
  ['write_owner', acl.ACE_WRITE_OWNER],
  ['synchronize', acl.ACE_SYNCHRONIZE],
];

export const DIRECTORY_RIGHTS: readonly AclWord[] = [
  ['list_directory', acl.ACE_READ_DATA],
  ['add_file', acl.ACE_WRITE_DATA],
  ['add_subdirectory', acl.ACE_APPEND_DATA],
];

export const RIGHT_LETTERS: readonly AclWord[] = [
  ['r', acl.ACE_READ_DATA],
  ['w', acl.ACE_WRITE_DATA],
  ['x', acl.ACE_EXECUTE],
  ['p', acl.ACE_APPEND_DATA],
  ['d', acl.ACE_DELETE],
  ['D', acl.ACE_DELETE_CHILD],
  ['a', acl.ACE_READ_ATTRIBUTES],
  ['A', acl.ACE_WRITE_ATTRIBUTES],
  ['R', acl.ACE_READ_NAMED_ATTRS],
  ['W', acl.ACE_WRITE_NAMED_ATTRS],
  ['c', acl.ACE_READ_ACL],
  ['C', acl.ACE_WRITE_ACL],
  ['o', acl.ACE_WRITE_OWNER],
  ['s', acl.ACE_SYNCHRONIZE],
];

export const FLAG_WORDS: readonly AclWord[] = [
  ['file_inherit', acl.ACE_FILE_INHERIT_ACE],
  ['dir_inherit', acl.ACE_DIRECTORY_INHERIT_ACE],
  ['no_propagate', acl.ACE_NO_PROPAGATE_INHERIT_ACE],
  ['inherit_only', acl.ACE_INHERIT_ONLY_ACE],
  ['successful_access', acl.ACE_SUCCESSFUL_ACCESS_ACE_FLAG],
  ['failed_access', acl.ACE_FAILED_ACCESS_ACE_FLAG],
  ['inherited', acl.ACE_INHERITED_ACE],
];

export const FLAG_LETTERS: readonly AclWord[] = [
  ['f', acl.ACE_FILE_INHERIT_ACE],
  ['d', acl.ACE_DIRECTORY_INHERIT_ACE],
  ['i', acl.ACE_INHERIT_ONLY_ACE],
  ['n', acl.ACE_NO_PROPAGATE_INHERIT_ACE],
  ['S', acl.ACE_SUCCESSFUL_ACCESS_ACE_FLAG],
  ['F', acl.ACE_FAILED_ACCESS_ACE_FLAG],
  ['I', acl.ACE_INHERITED_ACE],
];

export const ACCESS_TYPES: readonly AclWord[] = [
  ['allow', acl.ACE_ACCESS_ALLOWED_ACE_TYPE],
  ['deny', acl.ACE_ACCESS_DENIED_ACE_TYPE],
  ['audit', acl.ACE_SYSTEM_AUDIT_ACE_TYPE],
  ['alarm', acl.ACE_SYSTEM_ALARM_ACE_TYPE],
];

/** Entries that name nobody. */
export const ABSTRACT_WHO: readonly AclWord[] = [
  ['owner@', acl.ACE_OWNER],
  ['group@', acl.ACE_OWNING_GROUP],
  ['everyone@', acl.ACE_EVERYONE],
];
