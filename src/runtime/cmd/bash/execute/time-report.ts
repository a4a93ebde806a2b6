/** What `time` prints: bash's default, `time -p`, or TIMEFORMAT. @man bash(1) TIMEFORMAT */
export interface Times {
  readonly realNs: bigint;
  readonly userNs: bigint;
  readonly systemNs: bigint;
}

const DEFAULT = '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS';
const POSIX = 'real %2R\nuser %2U\nsys %2S';

/** The text with its newline; an empty TIMEFORMAT prints nothing. */
export function timeReport(format: string | undefined, times: Times): string {
  if (format === '') return '';
  const template = format === 'posix' ? POSIX : (format ?? DEFAULT);
  const text = template.replace(/%(%|P|([0-3]?)(l?)([RUS]))/g, (_, what, digits, long, letter) => {
    if (what === '%') return '%';
    if (what === 'P') return percent(times);
    const ns = letter === 'R' ? times.realNs : letter === 'U' ? times.userNs : times.systemNs;
    return duration(ns, digits === '' ? 3 : Number(digits), long === 'l');
  });
  return `${text}\n`;
}

function duration(ns: bigint, digits: number, long: boolean): string {
  const milliseconds = Number(ns / 1_000_000n);
  const minutes = long ? Math.floor(milliseconds / 60_000) : 0;
  const rest = milliseconds - minutes * 60_000;
  const seconds = Math.floor(rest / 1000);
  const fraction = String(rest % 1000)
    .padStart(3, '0')
    .slice(0, digits);
  const shown = digits === 0 ? String(seconds) : `${seconds}.${fraction}`;
  return long ? `${minutes}m${shown}s` : shown;
}

function percent(times: Times): string {
  if (times.realNs === 0n) return '0.00';
  const hundredths = ((times.userNs + times.systemNs) * 10_000n) / times.realNs;
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
}
