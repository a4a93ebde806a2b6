/**
 * The commands of the loader's prompt: those that people use on a SmartOS stick. @man loader(7)
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { MediaError } from '#base/media-error.ts';
import type { Loader } from '#boot/loader/loader.ts';

interface LoaderCommand {
  readonly name: string;
  readonly summary: string;
  /** Answers what went wrong. */
  run(loader: Loader, words: readonly string[]): string | undefined;
}

const COMMANDS: readonly LoaderCommand[] = [
  {
    name: 'boot',
    summary: 'boot with the settings as they are',
    run: (loader) => {
      loader.boot();
      return undefined;
    },
  },
  {
    name: 'help',
    summary: 'this list',
    run: (loader) => {
      for (const { name, summary } of COMMANDS) loader.say(`  ${name.padEnd(10)}${summary}\n`);
      return undefined;
    },
  },
  {
    name: 'ls',
    summary: 'list the files of a folder of the boot medium',
    run: (loader, [path = '/']) => {
      const entries = loader.volume.list(path);
      if (entries === undefined) return `open '${path}' failed: no such directory`;
      for (const { name, isDirectory } of entries)
        loader.say(` ${isDirectory ? 'd' : ' '}  ${name}\n`);
      return undefined;
    },
  },
  {
    name: 'menu',
    summary: 'back to the menu',
    run: (loader) => {
      loader.showMenu();
      return undefined;
    },
  },
  {
    name: 'more',
    summary: 'show a file of the boot medium',
    run: (loader, [path = '']) => {
      const bytes = loader.volume.readFile(path);
      if (bytes === undefined) return `open '${path}' failed: no such file or directory`;
      loader.say(decodeUtf8(bytes));
      return undefined;
    },
  },
  {
    name: 'reboot',
    summary: 'start the machine again',
    run: (loader) => {
      loader.reboot();
      return undefined;
    },
  },
  {
    name: 'set',
    summary: 'set NAME=VALUE: a boot property or a setting of the loader',
    run: (loader, words) => {
      const text = words.join(' ');
      const at = text.indexOf('=');
      if (at <= 0) return 'wrong number of arguments';
      const value = text.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2');
      loader.variables.set(text.slice(0, at), value);
      return undefined;
    },
  },
  {
    name: 'show',
    summary: 'show one variable, or all',
    run: (loader, [name]) => {
      if (name !== undefined && !loader.variables.has(name)) return `variable '${name}' not found`;
      for (const [each, value] of [...loader.variables].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name === undefined) loader.say(`${each}=${value}\n`);
        else if (name === each) loader.say(`${value}\n`);
      }
      return undefined;
    },
  },
  {
    name: 'unset',
    summary: 'forget a variable',
    run: (loader, [name]) => {
      if (name === undefined) return 'wrong number of arguments';
      return loader.variables.delete(name) ? undefined : `variable '${name}' not found`;
    },
  },
];

/** Runs one line and shows the next prompt, unless the line ended the prompt. */
export function runLoaderCommand(loader: Loader, line: string): void {
  const [name = '', ...words] = line.split(/\s+/);
  const command = COMMANDS.find((each) => each.name === (name === '?' ? 'help' : name));
  let problem: string | undefined;
  if (command !== undefined) {
    try {
      problem = command.run(loader, words);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      problem = error.message;
    }
  } else if (name !== '') problem = `unknown command: ${name} (help lists them)`;
  if (problem !== undefined) loader.say(`${problem}\n`);
  if (command?.name === 'menu' || loader.result !== undefined) return;
  loader.showPrompt();
}
