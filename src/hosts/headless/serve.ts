/** `lab serve`: the web face, until a signal ends it. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { operands, parseCommandLine, parseInteger } from '#hosts/headless/arguments.ts';
import type { CommandContext } from '#hosts/headless/context.ts';
import { shutDownAll } from '#hosts/node/power.ts';
import { readVersion, startLabProcess } from '#hosts/node/start-lab-process.ts';
import { startWebServer } from '#hosts/web/web-server.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function serve(words: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals, rest } = parseCommandLine(words, {
    port: { type: 'string' },
    open: { type: 'boolean' },
  });
  const given = [...positionals, ...rest];
  const [folder] = operands(given, ...(given.length === 0 ? [] : ['DIR']));
  const port = values['port'] as string | undefined;
  const signals = new Signals();
  const lab = startLabProcess({
    places: context.places,
    host: 'web',
    program: 'lab serve',
    version: readVersion(context.places),
    onLog: (level, text) => {
      if (context.verbose || level === 'error') context.err(`lab: ${text}\n`);
    },
  });
  try {
    if (folder !== undefined) lab.library.openFolder(folder);
    const server = await startWebServer({
      lab,
      rendererFolder: context.places.rendererFolder,
      ...(port === undefined ? {} : { port: parseInteger(port, '--port', 0, 65_535) }),
    });
    context.out(`SmartOS Lab is at ${server.url}\n`);
    if (values['open'] === true) openBrowser(server.url);
    await signals.received(1);
    await Promise.race([shutDownAll(lab.library.openLabs()), signals.received(2)]);
    await server.close();
    return 0;
  } finally {
    await lab.dispose();
    signals.dispose();
  }
}

/** Signals as something to wait for; from now on they do not end the process by themselves. */
class Signals {
  readonly #onSignal = (): void => {
    this.#count += 1;
    this.#wake();
  };
  #count = 0;
  #wake: () => void = () => {};

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** Resolves when `count` signals have come in all. */
  async received(count: number): Promise<void> {
    while (this.#count < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}

/** The person's browser, if there is a way to ask for it; the address is printed in any case. */
function openBrowser(url: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
