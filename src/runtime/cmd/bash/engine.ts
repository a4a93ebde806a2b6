/** The parts of the interpreter that call each other in circles, put together. */
import { BUILTINS } from '#cmd/bash/builtins/builtins.table.ts';
import { runBlock, runCommand } from '#cmd/bash/execute/run.ts';
import { runWords } from '#cmd/bash/execute/simple.ts';
import { runText } from '#cmd/bash/execute/source.ts';
import { processSubstitute, substitute } from '#cmd/bash/execute/substitute.ts';
import { expandPrompt } from '#cmd/bash/prompt.ts';
import type { Engine } from '#cmd/bash/shell.ts';

export const ENGINE: Engine = {
  block: runBlock,
  command: runCommand,
  substitute,
  processSubstitute,
  runText,
  runWords,
  expandPrompt,
  builtins: BUILTINS,
};
