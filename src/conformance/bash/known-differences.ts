/** Cases that are known to differ, with the reason. Keep it as small as can be. */
export const KNOWN_DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ['a=(1 2', 'status of an unclosed array: bash says 1, as for no other unclosed construct'],
  ['foo( echo', 'the parser recovers: `foo(` is a word to it'],
  [
    'set -m; sleep 0.1 & wait; echo $?; jobs; (exit 3) & wait %1; echo $?; sleep 1 & kill -STOP %1; sleep 0.1; jobs; kill -CONT %1; sleep 0.1; jobs; kill %1; wait; echo done',
    'a script with `set -m`: bash reports on stderr between the commands of one line, we between lines',
  ],
]);
