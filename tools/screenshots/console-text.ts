/**
 * What the fake node prints in the pictures: a boot and a short session, as a real node of the lab
 * printed them.
 */
export const BOOT_TEXT = `Loading /os/20261123T000000Z/platform/i86pc/kernel/amd64/unix...
Loading /os/20261123T000000Z/platform/i86pc/amd64/boot_archive...
Loading /os/20261123T000000Z/platform/i86pc/amd64/boot_archive.hash...
Booting...
SunOS Release 5.11 Version joyent_20261123T000000Z 64-bit
SmartOS Lab: an emulated SmartOS compute node.
`;

export const LOGIN_TEXT = `


   S m a r t O S   L a b

   SmartOS
   build: 20261123T000000Z

node0 console login: root
Password:
- SmartOS (build: 20261123T000000Z)

This node runs from a RAM disk: changes in / are lost at reboot.

`;

/** A directory's colour, one code a name as ls prints it. */
function blue(names: string): string {
  const shown = names.split(' ').map((name) => `\x1b[34m${name}\x1b[0m`);
  return shown.join('  ');
}

const PROMPT = '[root@node0 ~]# ';

export const SESSION_TEXT = `${PROMPT}uname -a
SunOS node0 5.11 joyent_20261123T000000Z i86pc i386 i86pc illumos
${PROMPT}prtconf | head -2
System Configuration:  SmartOS Lab  i86pc
Memory size: 1024 Megabytes
${PROMPT}ls --color /
${blue('bin dev devices etc home lib opt proc root sbin system tmp usr var')}
${PROMPT}prstat -c 1 1
   PID USERNAME  SIZE   RSS STATE  PRI NICE      TIME  CPU PROCESS/NLWP
    10 root        0K    0K sleep   55    0   0:00:00 0.1% bash/1
     4 root        0K    0K sleep   55    0   0:00:00 0.1% svc.startd/1
     1 root        0K    0K sleep   29    0   0:00:00 0.0% init/1
    26 root        0K    0K cpu0    29    0   0:00:00 0.0% prstat/1
     3 root        0K    0K sleep   96    -   0:00:00 0.0% fsflush/1
     2 root        0K    0K sleep   96    -   0:00:00 0.0% pageout/1
     0 root        0K    0K sleep   96    -   0:00:00 0.0% sched/1
Total: 7 processes, 7 lwps, load averages: 0.00, 0.00, 0.00
${PROMPT}`;
