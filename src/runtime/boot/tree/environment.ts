/**
 * What a person meets: release, banner, message of the day, the shells' start-up files, names.
 * @see smartos-live overlay/generic
 */
import type { TreeFile } from '#boot/tree/tree.ts';

const file = (path: string, text: string, mode = 0o644, gid = 3): TreeFile => ({
  path,
  mode,
  uid: 0,
  gid,
  text: text.slice(1),
});

export const environmentFiles: readonly TreeFile[] = [
  file(
    'etc/release',
    `
                       SmartOS @STAMP@ x86_64
                SmartOS Lab: an emulated SmartOS compute node.
                 See \`uname -v\` for assembly date and time.
`,
  ),
  file(
    'etc/issue',
    `


   S m a r t O S   L a b

   SmartOS
   build: @STAMP@

`,
  ),
  file(
    'etc/motd',
    `
- SmartOS (build: @STAMP@)

This node runs from a RAM disk: changes in / are lost at reboot.

`,
  ),
  file('etc/version/platform', '\n@STAMP@\n'),
  file(
    'etc/profile',
    `
# Read by login shells before their own start-up files.
trap "" 2 3
export LOGNAME PATH

if [ "$TERM" = "" ]; then
	TERM=sun-color
	export TERM
fi

case "$0" in
-sh | -ksh | -ksh93 | -bash | -zsh)
	if [ ! -f .hushlogin ]; then
		/usr/bin/cat /etc/motd
	fi
	;;
esac

umask 022
trap 2 3
`,
  ),
  file(
    'root/.profile',
    `
# Login shells of root.
export PATH=/usr/bin:/usr/sbin:/sbin:/opt/local/bin:/opt/local/sbin:/opt/custom/bin
export PAGER=less
export MANPATH=/usr/share/man:/opt/local/man
if [ -n "$BASH" ] && [ -f ~/.bashrc ]; then
	. ~/.bashrc
fi
`,
    0o644,
    0,
  ),
  file(
    'root/.bashrc',
    `
# Interactive shells of root.
if [ "$PS1" ]; then
	shopt -s checkwinsize
	if [ -f /.dcinfo ]; then
		. /.dcinfo
		DC_NAME="$SDC_DATACENTER_NAME"
	fi
	if [ -n "$DC_NAME" ]; then
		PS1="[\\u@\\h ($DC_NAME) \\w]\\\\$ "
	else
		PS1="[\\u@\\h \\w]\\\\$ "
	fi
	alias ll='ls -lF'
	alias ls='ls --color=auto'
fi
`,
    0o644,
    0,
  ),
  file(
    'etc/nsswitch.conf',
    `
passwd:     files
group:      files
hosts:      files dns
ipnodes:    files dns
networks:   files
protocols:  files
rpc:        files
ethers:     files
netmasks:   files
bootparams: files
services:   files
project:    files
auth_attr:  files
prof_attr:  files
`,
  ),
  file(
    'etc/inet/hosts',
    `
::1		localhost
127.0.0.1	localhost loghost
`,
  ),
  file(
    'etc/inet/services',
    `
echo		7/tcp
discard		9/tcp		sink null
ftp		21/tcp
ssh		22/tcp
telnet		23/tcp
domain		53/udp
domain		53/tcp
bootps		67/udp
bootpc		68/udp
tftp		69/udp
http		80/tcp		www
ntp		123/udp
https		443/tcp
syslog		514/udp
`,
  ),
  file('etc/resolv.conf', '\n'),
  file('etc/shells', '\n/usr/bin/bash\n/sbin/sh\n/usr/bin/sh\n'),
];
