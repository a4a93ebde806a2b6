/** The help texts of `lab`, one a command, in the form of a manual page. */
export interface CommandHelp {
  readonly summary: string;
  readonly synopsis: string;
  readonly body: string;
}

const COMMON_STATUS = `  0    done
  1    it failed; the reason stands on standard error
  2    wrong usage, or not supported yet`;

export const HELP: Readonly<Record<string, CommandHelp>> = {
  create: {
    summary: 'make a new lab with one node',
    synopsis: 'lab create DIR [--disk SIZE|FILE]... [--ram SIZE] [--seed N] [--setup]',
    body: `DESCRIPTION
  Makes the folder DIR, which must be new or empty, and in it a lab with one node, node0:
  lab.json, nodes/node0/disks/*.img (raw, sparse), media/, captures/.

OPTIONS
  --disk SIZE|FILE   a blank disk of SIZE, or one with the content of the raw image FILE,
                     which is copied; repeat for more disks. Default: one blank disk of 10g
  --ram SIZE         memory the node sees, 256m or more. Default: 2g
  --seed N           draw all of the node's randomness from seed N (0 to 4294967295), so that
                     runs can be repeated. Default: the host's generator
  --setup            install the node unattended; not supported yet

  SIZE is a number of bytes, or one with k, m, g or t behind it, binary: 10g is 10737418240.

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab create demo
  lab create mirror --disk 8g --disk 8g --ram 4g`,
  },
  media: {
    summary: 'write boot media of the bundled platform image',
    synopsis: 'lab media DIR usb|iso [--out FILE]',
    body: `DESCRIPTION
  Writes a USB stick or a disc (ISO 9660) with the bundled platform image, laid out as
  SmartOS's own media are, and prints the file's name. Without --out it is kept in the lab:
  DIR/media/smartos-STAMP.usb or .iso. A stick is a sparse file of 1.9 GB.

OPTIONS
  --out FILE         write FILE instead

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab media demo usb
  lab exec demo --boot usb -- uname -v`,
  },
  exec: {
    summary: 'boot the node, run one program in it, shut it down',
    synopsis: `lab exec DIR [--boot ram|usb|iso] [--media FILE] [--share HOSTDIR[:rw]] [--tty]
           -- WORD...`,
    body: `DESCRIPTION
  Boots the lab's first node into memory, runs WORD... as root in its global zone with this
  program's standard input, output and error, shuts the node down in good order and ends
  with the program's status. Output passes as bytes and is held back when nobody takes it.
  What the program writes to the root file system is gone afterwards; the disks stay.

OPTIONS
  --boot ram         boot the bundled platform image into memory (default)
  --boot usb|iso     boot from a stick or a disc, without waiting at the loader's menu. disk and
                     pxe are not supported yet, nor is --answers FILE
  --media FILE       the image to boot from; without it the newest one in DIR/media
  --share HOSTDIR[:rw]
                     show the folder HOSTDIR of this machine at /host, read-only unless :rw is
                     given. Only you can share a folder; the node can't ask for one
  --tty              give the program a terminal: this one, in raw mode, with its size

SIGNALS
  SIGINT (Ctrl-C) and SIGTERM are passed to the program; if it has not ended three seconds later
  the node is shut down. A second one ends everything at once.

EXIT STATUS
  n      the program's own exit status
  125    the lab failed: it could not be opened or booted, or the node panicked
  126    the program is there but cannot be run
  127    there is no such program
  128+n  the program was ended by signal n
  2      wrong usage, or not supported yet

EXAMPLES
  lab exec demo -- uname -a
  tar cf - src | lab exec demo -- tar tvf -
  lab exec demo --share .:rw --tty -- bash`,
  },
  run: {
    summary: 'boot the node and attach this terminal to its console',
    synopsis: 'lab run DIR [--boot ram|usb|iso] [--media FILE]',
    body: `DESCRIPTION
  Boots the lab's first node and shows its console here: boot messages, login prompt, shell.
  Log in as root. The node is shut down in good order when you leave; it can also be shut down
  from inside, with shutdown or poweroff.

OPTIONS
  --boot ram|usb|iso, --media FILE
                 as for lab exec; a stick and a disc show the loader's menu first

KEYS
  Ctrl-]         leave: shut the node down
  ~.             the same, at the start of a line
  ~~             a single ~ at the start of a line

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab run demo`,
  },
  serve: {
    summary: 'show the labs in a web browser on this machine',
    synopsis: 'lab serve [DIR] [--port N] [--open]',
    body: `DESCRIPTION
  Serves the lab's window to browsers on this machine (127.0.0.1 only) until it is stopped,
  and prints the address to open. The part behind # is the key: whoever has it can use your
  labs, so treat it like a password. It is new for each start and appears in no log.
  With DIR, that lab is added to the library and opened.

OPTIONS
  --port N           listen on port N and fail if it is taken. Default: 8484, or a free one
  --open             open the address in the browser

ENVIRONMENT
  SMARTOS_LAB_HOME   where the library of labs is kept

SIGNALS
  SIGINT (Ctrl-C) and SIGTERM shut running nodes down in good order; a second one ends at once.

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab serve
  lab serve demo --port 9000`,
  },
  export: {
    summary: 'save a lab as one file',
    synopsis: 'lab export DIR FILE',
    body: `DESCRIPTION
  Writes the lab in DIR to FILE: a tar archive (pax format, disk images as GNU sparse files)
  with the SHA-256 of every file in SHA256SUMS. FILE is compressed with gzip, with zstd if its
  name ends in .zst, not at all if it ends in .tar. No node may be running.

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab export demo demo.tar.gz`,
  },
  import: {
    summary: 'make a lab from an exported file',
    synopsis: 'lab import FILE DIR',
    body: `DESCRIPTION
  Makes the lab in the folder DIR, which must be new or empty, from FILE as lab export wrote
  it. Every hash is checked; if anything is wrong, nothing is left behind.

EXIT STATUS
${COMMON_STATUS}

EXAMPLES
  lab import demo.tar.gz copy`,
  },
};

export function commandHelp(name: string, help: CommandHelp): string {
  return `NAME
  lab ${name}: ${help.summary}

SYNOPSIS
  ${help.synopsis}

${help.body}
`;
}

export function overview(): string {
  const commands = Object.entries(HELP)
    .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
    .join('\n');
  return `NAME
  lab: SmartOS Lab without a window

SYNOPSIS
  lab COMMAND [OPERAND]...
  lab COMMAND --help

COMMANDS
${commands}

  A lab is a folder: lab.json, nodes/NAME/disks/*.img, media/, captures/. One process at a time
  may have it open.

EXAMPLES
  lab create demo
  lab exec demo -- uname -a
  lab run demo
`;
}
