/**
 * What an error means to the person: the lab's own sentence says what happened; this table adds why
 * and what to do, and names the command that does it. Every code has a row: the compiler asks for it.
 */
import type { LabError, LabErrorCode } from '#protocol/errors.ts';
import type { CommandId } from '#renderer/commands/command-id.ts';

export interface Explanation {
  /** What happened. */
  readonly title: string;
  /** Why, and what to do. */
  readonly advice: string;
  readonly command: CommandId | undefined;
  /** False for what passes by itself: shown as a toast only, not kept in the list of problems. */
  readonly isLasting: boolean;
}

interface Row {
  readonly advice: string;
  readonly command?: CommandId;
  readonly isPassing?: boolean;
}

const ROWS: Readonly<Record<LabErrorCode, Row>> = {
  badRequest: {
    advice: 'The window and the lab process disagree. Reload the window; if it stays, report it.',
    command: 'app.reload',
  },
  unknownCall: {
    advice: 'The lab process is older than this window. Restart the lab.',
    command: 'app.reload',
  },
  unauthorized: {
    advice: 'The address is from an earlier run. Open the one that "npm start" printed last.',
  },
  payloadTooLarge: { advice: 'Send it in smaller pieces.', isPassing: true },
  protocolMismatch: {
    advice: 'The window and the lab process have different versions. Reload the window.',
    command: 'app.reload',
  },
  cancelled: { advice: 'Nothing was changed.', isPassing: true },
  disconnected: {
    advice: 'Nodes keep running in the lab process while it lives. Connect again to see them.',
    command: 'app.reconnect',
    isPassing: true,
  },
  internal: {
    advice: 'This is a fault of the lab. What is stored on the disks was not touched; try again.',
  },
  notSupported: { advice: 'This part is not built yet.', isPassing: true },
  labNotFound: {
    advice: 'It was removed or its folder was moved. The list has been read again.',
    command: 'library.refresh',
  },
  labExists: { advice: 'Choose another name.', isPassing: true },
  labLocked: {
    advice: 'Another window or a "lab" command has it open. Close it there, then open it here.',
  },
  labOpen: { advice: 'Close the lab first.', isPassing: true },
  labDamaged: {
    advice:
      'Its lab.json cannot be read. The disks are untouched: repair or restore lab.json, then open it.',
  },
  labNewer: { advice: 'It was made by a newer version. Update SmartOS Lab to open it.' },
  libraryDamaged: {
    advice: 'The damaged file was kept aside and a new library begun. Labs can be imported again.',
  },
  libraryNewer: { advice: 'It was made by a newer version. Update SmartOS Lab.' },
  invalidName: {
    advice: 'Use one line of text that does not begin or end with a space.',
    isPassing: true,
  },
  archiveInvalid: { advice: 'Choose a file that "Export lab" or "lab export" wrote.' },
  uploadNotFound: { advice: 'The connection was interrupted meanwhile. Import it again.' },
  nodeNotFound: { advice: 'It was removed. The lab has been read again.', isPassing: true },
  nodeExists: { advice: 'Choose another name.', isPassing: true },
  nodeRunning: { advice: 'Shut the node down first.', command: 'node.shutDown', isPassing: true },
  nodeNotRunning: { advice: 'Start the node first.', command: 'node.powerOn', isPassing: true },
  nodeNotResponding: {
    advice: 'Give it a moment, or force it off and start it again.',
    command: 'node.kill',
  },
  nodePanicked: { advice: 'Start the node again; the dump is kept.', command: 'node.powerOn' },
  platformMissing: {
    advice: 'Nodes boot from the platform image, which is not built. Run "npm run build".',
  },
  mediumMissing: {
    advice: 'Write the stick or disc with lab media, or choose another image.',
  },
  diskMissing: {
    advice: 'A disk image is not where lab.json says. Put the file back, or remove the lab.',
  },
  terminalNotFound: { advice: 'Open a new terminal.', command: 'terminal.new', isPassing: true },
  diskFull: { advice: 'The host’s disk is full. Free some space; what was stored is intact.' },
  ioError: { advice: 'The host’s disk reported an error. Check the disk and the folder.' },
  accessDenied: { advice: 'The lab may not read or write there. Check the folder’s permissions.' },
  portInUse: { advice: 'Another program listens there. Choose another port with --port.' },
};

export function explain(error: LabError): Explanation {
  const row = ROWS[error.code];
  return {
    title: error.message,
    advice: row.advice,
    command: row.command,
    isLasting: row.isPassing !== true,
  };
}
