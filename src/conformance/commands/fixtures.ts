/** The files that every case sees. */
import type { Fixtures } from './judge.ts';

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');
}

/** Reproducible noise for sort and diff: a linear congruence. */
function noise(count: number, words: readonly string[]): string {
  let state = 12_345;
  const lines: string[] = [];
  for (let i = 0; i < count; i += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const word = words[(state >> 8) % words.length];
    lines.push(`${word} ${(state >> 4) % 1000} ${word}${(state >> 12) % 50}`);
  }
  return `${lines.join('\n')}\n`;
}

const WORDS = 'apple Banana cherry date elder Fig grape'.split(' ');
const noisy = noise(200, WORDS);

export const FIXTURES: Fixtures = {
  empty: '',
  hundred: numbers(100),
  abc: 'alpha\nbeta\ngamma\ndelta\nepsilon\n',
  abc2: 'alpha\nBETA\ngamma\nzeta\nepsilon\neta\n',
  nonl: 'first\nsecond\nlast without newline',
  blanks: 'a\n\n\nb\n   \nc\n\n',
  tabs: 'a\tb\tc\n\tindented\n1\t22\t333\n        eight\n',
  colon: 'root:x:0:0:Super-User:/root:/bin/bash\ndaemon:x:1:1::/:\nadm:x:4:4:Admin:/var/adm:\n',
  dups: 'a\na\nb\nc\nc\nc\na\nB\nb\n',
  sorted1: '1 one\n2 two\n3 three\n5 five\n',
  sorted2: '1 eins\n2 deux\n2 zwei\n4 vier\n',
  nums: '10\n9\n2\n-3\n1.5\n1.25\n0\n\n100\n007\n  8\n',
  months: 'Mar 3\nJan 1\ndec 12\nFeb 2\nfoo\nJan 02\n',
  sizes: '10K\n2M\n512\n1G\n3K\n',
  text:
    'The quick brown fox jumps over the lazy dog.\nA second line, with punctuation; and (parens).\n' +
    '\nAnother paragraph begins here and it is rather long so that folding and formatting show.\n' +
    'foo bar foo baz foo\nfoobar barfoo\nThe end.\n',
  code: '#include <stdio.h>\n\nint main(void)\n{\n\tprintf("hi\\n");\n\treturn 0;\n}\n',
  code2:
    '#include <stdio.h>\n#include <stdlib.h>\n\nint main(int argc)\n{\n\tprintf("hi\\n");\n\n\treturn 1;\n}\n/* end */\n',
  bytes: Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join(''),
  long: `${'x'.repeat(300)}\n${'word '.repeat(60)}\n`,
  noisy,
  noisy2: noisy
    .split('\n')
    .filter((_, i) => i % 7 !== 3)
    .map((l, i) => (i % 11 === 5 ? `${l}!` : l))
    .join('\n'),
  'dir/one': 'one\n',
  'dir/two.txt': 'two\nTWO\n',
  'dir/sub/three.txt': 'three\n',
  'dir/sub/deep/four.c': 'int four;\n',
};
