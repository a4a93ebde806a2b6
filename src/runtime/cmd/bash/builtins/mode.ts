/** Symbolic modes for umask: `u=rwx,g=rx,o=`. @man chmod(1) */
const SHIFTS: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

export function formatMode(mode: number): string {
  const clause = (who: string): string => {
    const bits = (mode >> (SHIFTS[who] ?? 0)) & 7;
    return `${who}=${bits & 4 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`;
  };
  return ['u', 'g', 'o'].map(clause).join(',');
}

/** The permissions that `text` makes of `mode`, or what is wrong. */
export function parseMode(text: string, mode: number): number | string {
  let result = mode;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=][rwx]*)+)$/.exec(clause);
    if (match === null) {
      const [, letters = '', rest = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
      if (!/^[-+=]/.test(rest)) return `\`${rest.charAt(0)}': invalid symbolic mode operator`;
      const wrong = /[^-+=rwx]/.exec(rest)?.[0] ?? letters;
      return `\`${wrong}': invalid symbolic mode character`;
    }
    const who = match[1] === '' || match[1]?.includes('a') === true ? 'ugo' : (match[1] ?? '');
    for (const action of (match[2] ?? '').match(/[-+=][rwx]*/g) ?? []) {
      const bits =
        (action.includes('r') ? 4 : 0) |
        (action.includes('w') ? 2 : 0) |
        (action.includes('x') ? 1 : 0);
      for (const letter of who) {
        const shift = SHIFTS[letter] ?? 0;
        if (action.startsWith('=')) result &= ~(7 << shift);
        if (action.startsWith('-')) result &= ~(bits << shift);
        else result |= bits << shift;
      }
    }
  }
  return result;
}
