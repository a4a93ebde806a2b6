/**
 * Signal names and numbers for kill, pkill, nohup, truss: names come without SIG.
 * @man str2sig(3C)
 */
import { SIGNALS, type Signal } from '#abi/illumos/signal.ts';

/** The number for a name (`TERM`, `SIGTERM`) or a number; undefined for neither. */
export function signalFromText(text: string): Signal | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number <= SIGNALS.length ? number : undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === 'CHLD') return signalFromText('CLD');
  if (name === 'IO') return signalFromText('POLL');
  if (name === 'IOT') return signalFromText('ABRT');
  return SIGNALS.find((row) => row[1] === name)?.[0];
}

/** The name without SIG; the number where there is no name. */
export function signalName(signal: Signal): string {
  return SIGNALS.find((row) => row[0] === signal)?.[1] ?? String(signal);
}
