/**
 * What Electron's main process and the lab process say to each other beside the protocol: an inner
 * wire between two parts of one build. Only main speaks here, never a window.
 */
import type { MenuCommand } from '#protocol/model.ts';

export type ToLab =
  /** A window wants to look; its port comes along (utility process) or its messages follow. */
  | { readonly kind: 'connect'; readonly connection: number }
  /** Child only: a message of that window, passed on unread. */
  | { readonly kind: 'message'; readonly connection: number; readonly message: unknown }
  | { readonly kind: 'disconnect'; readonly connection: number }
  | { readonly kind: 'menu'; readonly command: MenuCommand }
  /** The person chose a lab's folder in a dialog of main's. */
  | { readonly kind: 'openFolder'; readonly folder: string }
  /** Shut nodes down, give locks back, end. */
  | { readonly kind: 'shutDown' };

export type FromLab =
  | { readonly kind: 'ready' }
  /** It can't start; `message` is for the person. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'message'; readonly connection: number; readonly message: unknown }
  | { readonly kind: 'disconnect'; readonly connection: number }
  | { readonly kind: 'notOpened'; readonly message: string };
