/**
 * The skeleton of the RAM root: directories, links and configuration files as SmartOS has them.
 * Commands are added by platform.ts. In texts `@STAMP@` stands for the platform's stamp.
 */
import { accountFiles } from '#boot/tree/accounts.ts';
import { bootFiles } from '#boot/tree/boot-files.ts';
import { environmentFiles } from '#boot/tree/environment.ts';

/** Paths have no leading slash; the root itself is `.`. */
export interface TreeDirectory {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface TreeFile extends TreeDirectory {
  readonly text: string;
}

const GID_SYS = 3;
const GID_MAIL = 6;

const directory = (path: string, mode = 0o755, gid = GID_SYS): TreeDirectory => ({
  path,
  mode,
  uid: 0,
  gid,
});

export const directories: readonly TreeDirectory[] = [
  directory('.', 0o755, 0),
  directory('dev'),
  directory('devices'),
  directory('etc'),
  directory('etc/default'),
  directory('etc/inet'),
  directory('etc/svc'),
  directory('etc/svc/volatile'),
  directory('etc/zones'),
  directory('export'),
  directory('home', 0o755, 0),
  directory('host', 0o755, 0),
  directory('lib', 0o755, 2),
  directory('lib/svc/method', 0o755, 2),
  directory('mnt'),
  directory('opt'),
  directory('opt/custom/smf'),
  directory('proc', 0o555, 0),
  directory('root', 0o700, 0),
  directory('sbin'),
  directory('system', 0o755, 0),
  directory('system/boot', 0o755, 0),
  directory('tmp', 0o1777),
  directory('usbkey', 0o755, 0),
  directory('usr'),
  directory('usr/bin', 0o755, 2),
  directory('usr/sbin', 0o755, 2),
  directory('usr/lib', 0o755, 2),
  directory('var'),
  directory('var/adm', 0o775),
  directory('var/log'),
  directory('var/mail', 0o1777, GID_MAIL),
  directory('var/run', 0o755),
  directory('var/spool', 0o755, 2),
  directory('var/svc'),
  directory('var/svc/log'),
  directory('var/tmp', 0o1777),
  directory('zones', 0o755, 0),
];

export const links: readonly { readonly path: string; readonly target: string }[] = [
  { path: 'bin', target: './usr/bin' },
  { path: 'etc/hosts', target: './inet/hosts' },
  { path: 'etc/services', target: './inet/services' },
  { path: 'etc/utmpx', target: '../var/adm/utmpx' },
  { path: 'etc/wtmpx', target: '../var/adm/wtmpx' },
  { path: 'usr/adm', target: '../var/adm' },
  { path: 'usr/tmp', target: '../var/tmp' },
];

export const files: readonly TreeFile[] = [...accountFiles, ...bootFiles, ...environmentFiles];
