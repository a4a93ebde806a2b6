/**
 * What a window may not do: navigate away, open others, ask for the camera, attach a webview. An
 * https link goes to the person's browser, after a question that shows where it leads.
 */
export interface GuardedContents {
  on(
    event: 'will-navigate' | 'will-redirect',
    listener: (event: { preventDefault(): void }, url: string) => void,
  ): unknown;
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void;
}

export interface GuardedSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void;
}

export function guardContents(
  contents: GuardedContents,
  ownUrl: string,
  openExternal: (url: string) => void,
): void {
  const stay = (event: { preventDefault(): void }, url: string): void => {
    if (url !== ownUrl) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternal(url)) openExternal(url);
    return { action: 'deny' };
  });
}

/** Copying to the clipboard is all that the console needs. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'clipboard-read']);

export function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_, permission, answer) => answer(ALLOWED.has(permission)));
  session.setPermissionCheckHandler((_, permission) => ALLOWED.has(permission));
}

export function isExternal(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    return protocol === 'https:' && username === '' && password === '';
  } catch {
    return false;
  }
}

export interface Dialogs {
  showMessageBox(options: {
    type: 'question';
    message: string;
    detail: string;
    buttons: string[];
    defaultId: number;
    cancelId: number;
  }): Promise<{ response: number }>;
}

/** Asks, then opens; the button that leaves the lab is not the default. */
export async function openExternalAfterQuestion(
  url: string,
  dialogs: Dialogs,
  open: (url: string) => Promise<void>,
): Promise<void> {
  if (!isExternal(url)) return;
  const { response } = await dialogs.showMessageBox({
    type: 'question',
    message: 'Open this address in your browser?',
    detail: url,
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === 1) await open(url);
}
