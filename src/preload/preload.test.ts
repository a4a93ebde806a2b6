import { expect, test } from 'vitest';

test('preload passes the port to the page and nothing else', async () => {
  // The preload is a browser's program: read as one, through a name the Node project does not check.
  const module = './pass-port.ts';
  const { passPort } = (await import(module)) as {
    readonly passPort: (source: unknown, page: unknown) => void;
  };
  const heard: string[] = [];
  const posted: unknown[] = [];
  let deliver: (event: unknown) => void = () => {};
  const source = {
    on: (channel: string, listener: (event: unknown) => void) => {
      heard.push(channel);
      deliver = listener;
    },
  };
  passPort(source, { postMessage: (...words: unknown[]) => posted.push(words) });
  expect(heard).toEqual(['smartos-lab:port']);
  const port = { isPort: true };
  deliver({ ports: [port], sender: 'Electron’s own object' });
  expect(posted).toEqual([['smartos-lab:port', '*', [port]]]);
});
