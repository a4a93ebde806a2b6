/**
 * Users and groups of the platform. root's password is `root`, as on SmartOS media; everybody else
 * can't log in. @man passwd(5) shadow(5) group(5)
 */
import type { TreeFile } from '#boot/tree/tree.ts';

/** name, uid, gid, gecos, home, shell */
const USERS: readonly (readonly [string, number, number, string, string, string])[] = [
  ['root', 0, 0, 'Super-User', '/root', '/usr/bin/bash'],
  ['daemon', 1, 1, '', '/', ''],
  ['bin', 2, 2, '', '/usr/bin', ''],
  ['sys', 3, 3, '', '/', ''],
  ['adm', 4, 4, 'Admin', '/var/adm', ''],
  ['uucp', 5, 5, 'uucp Admin', '/usr/lib/uucp', ''],
  ['nuucp', 9, 9, 'uucp Admin', '/var/spool/uucppublic', '/usr/lib/uucp/uucico'],
  ['dladm', 15, 65, 'Datalink Admin', '/', ''],
  ['netadm', 16, 65, 'Network Admin', '/', ''],
  ['netcfg', 17, 65, 'Network Configuration Admin', '/', ''],
  ['smmsp', 25, 25, 'SendMail Message Submission Program', '/', ''],
  ['listen', 37, 4, 'Network Admin', '/usr/net/nls', ''],
  ['webservd', 80, 80, 'WebServer Reserved UID', '/', ''],
  ['nobody', 60001, 60001, 'NFS Anonymous Access User', '/', ''],
  ['noaccess', 60002, 60002, 'No Access User', '/', ''],
  ['nobody4', 65534, 65534, 'SunOS 4.x NFS Anonymous Access User', '/', ''],
];

/** name, gid, members */
const GROUPS: readonly (readonly [string, number, string])[] = [
  ['root', 0, ''],
  ['other', 1, 'root'],
  ['bin', 2, 'root,daemon'],
  ['sys', 3, 'root,bin,adm'],
  ['adm', 4, 'root,daemon'],
  ['uucp', 5, 'root'],
  ['mail', 6, 'root'],
  ['tty', 7, 'root,adm'],
  ['lp', 8, 'root,adm'],
  ['nuucp', 9, 'root'],
  ['staff', 10, ''],
  ['daemon', 12, 'root'],
  ['sysadmin', 14, ''],
  ['games', 20, ''],
  ['smmsp', 25, ''],
  ['netadm', 65, ''],
  ['webservd', 80, ''],
  ['nobody', 60001, ''],
  ['noaccess', 60002, ''],
  ['nogroup', 65534, ''],
];

/** SHA-256 crypt of `root`. */
export const ROOT_SHADOW = '$5$2HOHRnK3$NvLlm.1KQBbB0WjoP7xcIwGnllhzp2HnT.mDO7DpxYA';
const LAST_CHANGED_DAY = 6445;

const passwd = USERS.map(([name, ...rest]) => [name, 'x', ...rest].join(':'));
const shadow = USERS.map(([name]) => {
  const hash = name === 'root' ? ROOT_SHADOW : 'NP';
  return `${name}:${hash}:${LAST_CHANGED_DAY}::::::`;
});
const group = GROUPS.map(([name, gid, members]) => `${name}::${gid}:${members}`);

const file = (path: string, mode: number, lines: readonly string[]): TreeFile => ({
  path,
  mode,
  uid: 0,
  gid: 3,
  text: `${lines.join('\n')}\n`,
});

export const accountFiles: readonly TreeFile[] = [
  file('etc/passwd', 0o644, passwd),
  file('etc/shadow', 0o400, shadow),
  file('etc/group', 0o644, group),
];
