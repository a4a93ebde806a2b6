/** What pathconf(2) may be asked, as far as it answers here. @see sys/unistd.h */

export const _PC_ACL_ENABLED = 20;
export const _PC_XATTR_ENABLED = 100;
export const _PC_XATTR_EXISTS = 101;

/** Answers to `_PC_ACL_ENABLED`: entries in the NFSv4 style. */
export const _ACL_ACE_ENABLED = 2;
