/** true and false. @man true(1) */
import type { Command } from '#cmd/command.ts';

export const TRUE: Command = {
  name: 'true',
  path: '/usr/bin/true',
  main: function* main() {
    return 0;
  },
};

/** Illumos's false says 255. */
export const FALSE: Command = {
  name: 'false',
  path: '/usr/bin/false',
  main: function* main() {
    return 255;
  },
};
