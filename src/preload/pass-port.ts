/** From main's message to the page's: the port moves along, the message says only that it does. */
const PORT_MESSAGE = 'smartos-lab:port';

export interface PortSource {
  on(channel: string, listener: (event: { readonly ports: readonly MessagePort[] }) => void): void;
}

export function passPort(source: PortSource, page: Pick<Window, 'postMessage'>): void {
  source.on(PORT_MESSAGE, ({ ports }) => {
    // To this very window: the target's origin is our own page's, whatever its scheme.
    page.postMessage(PORT_MESSAGE, '*', [...ports]);
  });
}
