/** The tree of an awk program. */
export type Lvalue =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | {
      readonly kind: 'element';
      readonly array: string;
      readonly subscripts: readonly Expression[];
    };

export type Expression =
  | Lvalue
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'group'; readonly body: Expression }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'match';
      readonly negated: boolean;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly subscripts: readonly Expression[]; readonly array: string }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: 'assign';
      readonly target: Lvalue;
      /** Empty for plain `=`. */
      readonly operator: string;
      readonly value: Expression;
    }
  | {
      readonly kind: 'step';
      readonly target: Lvalue;
      readonly by: 1 | -1;
      readonly isPrefix: boolean;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'getline';
      readonly source: 'main' | 'file' | 'command';
      readonly operand: Expression | undefined;
      readonly target: Lvalue | undefined;
    };

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly body: Expression }
  | {
      readonly kind: 'print' | 'printf';
      readonly args: readonly Expression[];
      readonly redirect: '' | '>' | '>>' | '|';
      readonly destination: Expression | undefined;
    }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement }
  | { readonly kind: 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for';
      readonly start: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Statement | undefined;
      readonly body: Statement;
    }
  | {
      readonly kind: 'forIn';
      readonly variable: Lvalue;
      readonly array: string;
      readonly body: Statement;
    }
  | { readonly kind: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly kind: 'exit' | 'return'; readonly value: Expression | undefined }
  | {
      readonly kind: 'delete';
      readonly array: string;
      readonly subscripts: readonly Expression[] | undefined;
    };

export type Pattern =
  | { readonly kind: 'begin' | 'end' | 'always' }
  | { readonly kind: 'expression'; readonly test: Expression }
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression };

export interface Rule {
  readonly pattern: Pattern;
  /** undefined: print the record. */
  readonly action: Statement | undefined;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export interface Program {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
}
