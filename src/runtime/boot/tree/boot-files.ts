/**
 * What init, the services and login read. @man inittab(5) vfstab(5) init(8) login(1)
 */
import type { TreeFile } from '#boot/tree/tree.ts';

const file = (path: string, text: string, mode = 0o644): TreeFile => ({
  path,
  mode,
  uid: 0,
  gid: 3,
  text: text.slice(1),
});

export const bootFiles: readonly TreeFile[] = [
  file(
    'etc/inittab',
    `
# id:runlevels:action:process - see inittab(5).
# Services are svc.startd's business: what is here starts or follows it.
smf::sysinit:/lib/svc/bin/svc.startd >/dev/msglog 2<>/dev/msglog </dev/console
p3:s1234:powerfail:/usr/sbin/shutdown -y -i5 -g0 >/dev/msglog 2<>/dev/msglog
`,
  ),
  file(
    'etc/default/init',
    `
# Environment of init and of everything it starts - see init(8).
TZ=UTC
CMASK=022
LANG=C.UTF-8
`,
  ),
  file(
    'etc/default/login',
    `
# Settings of login(1).
CONSOLE=
PASSREQ=YES
ALTSHELL=YES
SUPATH=/usr/bin:/usr/sbin:/sbin:/opt/local/bin:/opt/local/sbin:/opt/custom/bin
PATH=/usr/bin:/usr/sbin:/sbin:/opt/local/bin:/opt/local/sbin
UMASK=022
TIMEOUT=300
RETRIES=5
`,
  ),
  file(
    'etc/default/su',
    `
# Settings of su(8).
SUPATH=/usr/bin:/usr/sbin:/sbin:/opt/local/bin:/opt/local/sbin:/opt/custom/bin
PATH=/usr/bin:/usr/sbin:/sbin:/opt/local/bin:/opt/local/sbin
SULOG=/var/adm/sulog
`,
  ),
  file(
    'etc/vfstab',
    `
#device		device		mount		FS	fsck	mount	mount
#to mount	to fsck		point		type	pass	at boot	options
#
/devices	-		/devices	devfs	-	no	-
/proc		-		/proc		proc	-	no	-
fd		-		/dev/fd		fd	-	no	-
swap		-		/tmp		tmpfs	-	yes	-
swap		-		/var/run	tmpfs	-	no	mode=755
`,
  ),
  file(
    'etc/ttydefs',
    `
# VERSION=1
console:9600 hupcl opost onlcr:9600::console
`,
  ),
  file('var/adm/utmpx', '\n'),
  file('var/adm/wtmpx', '\n'),
  file('var/adm/lastlog', '\n', 0o444),
  file('etc/mnttab', '\n', 0o444),
];
