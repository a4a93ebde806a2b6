/** What the fake node prints in the pictures: a boot and a short session. */
export const BOOT_TEXT = `SmartOS Build 20261123T000000Z
SmartOS (build: 20261123T000000Z)
Copyright 2026 the SmartOS Lab authors.
mem = 1048576K (0x40000000)
root on /ramdisk:a fstype tmpfs
Hostname: node0
Loading smf(7) service descriptions: 12/12
svc:/system/filesystem/minimal:default: online
svc:/network/loopback:default: online
svc:/system/console-login:default: online
`;

export const LOGIN_TEXT = `
node0 console login: root
Password:
Last login: Mon Nov 23 09:30:12 on console
   __        .                   .
 _|  |_      | .-. .  . .-. :--. |-
|_    _|     ;|   ||  |(.-' |  | |
  |__|   \`--'  \`-' \`;-| \`-' '  ' \`-'
                   /  ; SmartOS 20261123T000000Z
                   \`-'  https://docs.smartos.org/

The root file system is in memory: changes are gone after a reboot.

`;

/** A directory's colour, one code a name as ls prints it. */
function blue(names: string): string {
  const shown = names.split(' ').map((name) => `\x1b[34m${name}\x1b[0m`);
  return shown.join('  ');
}

const PROMPT = '\x1b[1;32m[root@node0 ~]#\x1b[0m ';

export const SESSION_TEXT = `${PROMPT}uname -a
SunOS node0 5.11 joyent_20261123T000000Z i86pc i386 i86pc Solaris
${PROMPT}prtconf | head -2
System Configuration:  Joyent  i86pc
Memory size: 1024 Megabytes
${PROMPT}ls -l /etc | grep -c '^-'
47
${PROMPT}ls --color /
${blue('bin dev devices etc home lib opt proc root sbin system tmp usr var')}
${PROMPT}svcs -x
${PROMPT}prstat 1 1
   PID USERNAME  SIZE   RSS STATE  PRI NICE      TIME  CPU PROCESS/NLWP
     1 root     2648K 1680K sleep   59    0   0:00:00 0.0% init/1
     7 root       19M   15M sleep   29    0   0:00:01 0.1% svc.startd/12
     9 root     9240K 7868K sleep    1    0   0:00:01 0.0% svc.configd/11
   113 root     4112K 2440K sleep   59    0   0:00:00 0.0% bash/1
   127 root     4016K 2392K cpu0    59    0   0:00:00 0.2% prstat/1
Total: 23 processes, 41 lwps, load averages: 0.04, 0.02, 0.01
${PROMPT}`;
