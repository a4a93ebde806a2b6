/** The lab's window: what it is allowed to be. Takes Electron's classes, so a fake can stand in. */
export interface WindowOptions {
  readonly preload: string;
  /** Remembered from last time. */
  readonly bounds?: { readonly width: number; readonly height: number };
}

/** BrowserWindow's options; the security of the window is in this one object. */
export function windowOptions({ preload, bounds }: WindowOptions): {
  readonly width: number;
  readonly height: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly show: boolean;
  readonly title: string;
  readonly backgroundColor: string;
  readonly webPreferences: Readonly<Record<string, string | boolean>>;
} {
  return {
    width: bounds?.width ?? 1280,
    height: bounds?.height ?? 820,
    minWidth: 640,
    minHeight: 420,
    show: false,
    title: 'SmartOS Lab',
    backgroundColor: '#16181d',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  };
}
