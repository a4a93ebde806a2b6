/** The shell, for the boot archive. */
import { bash } from '#cmd/bash/index.ts';
import type { Command } from '#cmd/command.ts';

export const SHELL_COMMANDS: readonly Command[] = [bash];
