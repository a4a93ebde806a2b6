/**
 * The preload script: passes the window's MessagePort to the page, and nothing else. No function and
 * no object of Electron's reaches the page.
 */
import { passPort } from './pass-port.ts';

/** What a sandboxed preload script may require. */
declare const require: (name: 'electron') => {
  readonly ipcRenderer: Parameters<typeof passPort>[0];
};

passPort(require('electron').ipcRenderer, window);
