/**
 * loader.conf: `key="value"` lines that configure the loader and become boot properties.
 * @man loader.conf(5)
 */
import { ROOT_SHADOW } from '#boot/tree/accounts.ts';

/** As on SmartOS's media. */
export const LOADER_CONF: string = `console="text,ttya,ttyb,ttyc,ttyd"
os_console="text"
ttya-mode="115200,8,n,1,-"
ttyb-mode="115200,8,n,1,-"
ttyc-mode="115200,8,n,1,-"
ttyd-mode="115200,8,n,1,-"
loader_logo="smartos"
loader_brand="smartos"
root_shadow='${ROOT_SHADOW}'
smartos="true"
`;

export interface LoaderConf {
  readonly values: ReadonlyMap<string, string>;
  /** Lines that are neither empty, a comment nor a setting, with their numbers. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

/** Later lines win; values may stand in quotes of either kind or none. */
export function parseLoaderConf(text: string): LoaderConf {
  const values = new Map<string, string>();
  const problems: { line: number; text: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const bare = line.trim();
    if (bare === '' || bare.startsWith('#')) continue;
    const match = /^([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s#"']*))\s*(?:#.*)?$/.exec(bare);
    if (match === null) problems.push({ line: index + 1, text: bare });
    else values.set(match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? '');
  }
  return { values, problems };
}
