/**
 * The shell's own tree: what the executor walks. It is made from unbash's tree once (lower.ts) and
 * is immutable plain data, so that functions, cached scripts and forked shells share it.
 */

/** One word of a command before expansion. */
export interface Word {
  /** As written; for messages, job names and `declare -f`. */
  readonly text: string;
  /** Set when nothing needs expansion: the value itself. */
  readonly literal: string | undefined;
  readonly parts: readonly Part[];
  /** The words that brace expansion makes of it; undefined = no braces. */
  readonly braces: readonly Word[] | undefined;
  /** `name=value` in the arguments of a declaration command (declare, export …). */
  readonly assignment: Assignment | undefined;
}

export type Part =
  /** Unquoted text: pattern characters are live. */
  | { readonly kind: 'text'; readonly text: string }
  /** Text in quotes of any kind, or after a backslash. */
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'double'; readonly parts: readonly Part[] }
  /** `~` or `~name` where it counts. */
  | { readonly kind: 'tilde'; readonly user: string }
  | Parameter
  | CommandSubstitution
  | { readonly kind: 'arithmetic'; readonly expression: Word }
  | { readonly kind: 'process'; readonly operator: '<' | '>'; readonly script: Script };

export interface CommandSubstitution {
  readonly kind: 'command';
  readonly script: Script;
  /** `$(<file)` */
  readonly inputFile: Word | undefined;
}

export type ParameterOperation =
  | { readonly kind: 'default'; readonly operator: string; readonly operand: Word }
  | { readonly kind: 'remove'; readonly operator: string; readonly operand: Word }
  | {
      readonly kind: 'replace';
      readonly operator: string;
      readonly pattern: Word;
      readonly replacement: Word;
    }
  | { readonly kind: 'slice'; readonly offset: Word; readonly length: Word | undefined }
  | { readonly kind: 'case'; readonly operator: string; readonly operand: Word | undefined }
  | { readonly kind: 'transform'; readonly operator: string }
  | { readonly kind: 'names'; readonly separator: '@' | '*' }
  | { readonly kind: 'bad' };

/** `$x`, `${x[i]:-word}` … */
export interface Parameter {
  readonly kind: 'parameter';
  readonly name: string;
  readonly text: string;
  /** `${#x}` */
  readonly isLength: boolean;
  /** `${!x}` */
  readonly isIndirect: boolean;
  readonly index: Word | undefined;
  readonly operation: ParameterOperation | undefined;
}

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly index: Word | undefined;
  readonly value: Word | readonly ArrayElement[];
  readonly text: string;
}

export interface ArrayElement {
  readonly index: Word | undefined;
  readonly append: boolean;
  readonly value: Word;
}

export interface Redirect {
  readonly operator: string;
  /** The descriptor before the operator; undefined = 0 or 1 by operator. */
  readonly fd: number | undefined;
  /** `{name}>file` */
  readonly fdVariable: string | undefined;
  /** File, descriptor, here-string or here-document. */
  readonly target: Word;
  /** As written; of a here-document the delimiter. */
  readonly text: string;
}

export interface Script {
  readonly statements: readonly Statement[];
  /** Of this script only; the first is the one to report. */
  readonly error: SyntaxProblem | undefined;
  /** `line N: warning: …`, to be printed before it runs. */
  readonly warnings: readonly string[];
}

export interface SyntaxProblem {
  /** The sentence after `bash: line N: `. */
  readonly message: string;
  readonly line: number;
  /** Offset in the source. */
  readonly position: number;
  /** More input could make it right. */
  readonly isIncomplete: boolean;
}

export interface Statement {
  readonly command: Command;
  readonly background: boolean;
  readonly position: number;
  readonly end: number;
}

interface Located {
  readonly line: number;
  /** As written, for jobs and BASH_COMMAND. */
  readonly text: string;
}

export interface SimpleCommand extends Located {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

export interface Pipeline extends Located {
  readonly kind: 'pipeline';
  readonly stages: readonly Command[];
  readonly isNegated: boolean;
  readonly time: 'no' | 'bash' | 'posix';
}

export interface AndOr extends Located {
  readonly kind: 'andor';
  readonly commands: readonly Command[];
  readonly operators: readonly ('&&' | '||')[];
}

export interface If extends Located {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Block; readonly body: Block }[];
  readonly otherwise: Block | undefined;
}

export interface Loop extends Located {
  readonly kind: 'while' | 'until';
  readonly test: Block;
  readonly body: Block;
}

export interface For extends Located {
  readonly kind: 'for' | 'select';
  readonly name: string;
  readonly words: readonly Word[] | undefined;
  readonly body: Block;
}

export interface ArithmeticFor extends Located {
  readonly kind: 'arithmeticFor';
  readonly initialize: Word | undefined;
  readonly test: Word | undefined;
  readonly update: Word | undefined;
  readonly body: Block;
}

export interface Case extends Located {
  readonly kind: 'case';
  readonly word: Word;
  readonly items: readonly {
    readonly patterns: readonly Word[];
    readonly body: Block;
    readonly terminator: string;
  }[];
}

export interface Group extends Located {
  readonly kind: 'group' | 'subshell';
  readonly body: Block;
}

export interface FunctionDefinition extends Located {
  readonly kind: 'function';
  readonly name: string;
  readonly body: Command;
}

export interface Redirected extends Located {
  readonly kind: 'redirected';
  readonly command: Command;
  readonly redirects: readonly Redirect[];
}

export interface ArithmeticCommand extends Located {
  readonly kind: 'arithmetic';
  readonly expression: Word;
}

export interface Condition extends Located {
  readonly kind: 'condition';
  readonly test: Test;
}

export interface Coproc extends Located {
  readonly kind: 'coproc';
}

export type Test =
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Word }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Word;
      readonly right: Word;
    }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Test[] }
  | { readonly kind: 'not'; readonly operand: Test };

export type Block = readonly Statement[];

export type Command =
  | SimpleCommand
  | Pipeline
  | AndOr
  | If
  | Loop
  | For
  | ArithmeticFor
  | Case
  | Group
  | FunctionDefinition
  | Redirected
  | ArithmeticCommand
  | Condition
  | Coproc;

/** A word without parts to expand. */
export function literalWord(text: string): Word {
  return {
    text,
    literal: text,
    parts: text === '' ? [] : [{ kind: 'quoted', text }],
    braces: undefined,
    assignment: undefined,
  };
}
