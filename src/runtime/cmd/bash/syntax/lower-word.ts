/**
 * Words of unbash's tree → words of ours. What expands is made explicit here once: escapes and
 * quotes become `quoted` parts, tildes are found, brace expansion is done (it looks at the text
 * only, never at values), so that the expander only walks parts.
 * @man bash(1) EXPANSION
 */
import type * as un from 'unbash';
import { expandBraces } from '#cmd/bash/expand/brace.ts';
import { documentParts } from '#cmd/bash/syntax/document.ts';
import type { Part, Parameter, ParameterOperation, Script, Word } from '#cmd/bash/syntax/tree.ts';

/** Where a word stands decides what is special in it. */
export type WordPlace =
  /** An argument: tilde in front, braces. */
  | 'argument'
  /** The value of an assignment: tildes also after `:`, no braces. */
  | 'value'
  /** Pattern, here-string, subscript …: tilde in front, no braces. */
  | 'plain'
  /** Inside double quotes: only `$` and backquotes are special. */
  | 'double'
  /** The right side of =~: backslashes stay for the regular expression. */
  | 'regex';

/** What the lowering of words needs from that of commands. */
export interface ScriptLowering {
  (script: un.ParsedScript | undefined): Script;
}

const PLAIN = /^[^\\~{}*?[\]()|!+@'"$`]*$/;

export function lowerWord(word: un.Word, place: WordPlace, lower: ScriptLowering): Word {
  const { text } = word;
  if (word.parts === undefined && PLAIN.test(text)) {
    return {
      text,
      literal: text,
      parts: textParts(text),
      braces: undefined,
      assignment: undefined,
    };
  }
  const isDouble = place === 'double';
  const raw =
    word.parts === undefined
      ? rawLiteral(word.text, word.value, isDouble)
      : word.parts.flatMap((part) => lowerPart(part, isDouble, lower));
  return finishWord(text, raw, place);
}

function textParts(text: string): Part[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function rawLiteral(text: string, value: string, isDouble: boolean): Part[] {
  return isDouble ? [{ kind: 'quoted', text: value }] : unquote(text);
}

/** Finds tildes and braces in lowered parts. */
function finishWord(text: string, raw: Part[], place: WordPlace): Word {
  if (place === 'double') return makeWord(text, raw);
  if (place === 'argument') {
    const alternatives = expandBraces(raw);
    if (alternatives !== undefined) {
      const words = alternatives.map((parts) => makeWord('', findTildes(parts, 'argument')));
      return { ...makeWord(text, findTildes(raw, 'argument')), literal: undefined, braces: words };
    }
    return makeWord(text, findTildes(raw, 'argument'));
  }
  return makeWord(text, findTildes(raw, place));
}

function makeWord(text: string, parts: readonly Part[]): Word {
  return { text, literal: literalOf(parts), parts, braces: undefined, assignment: undefined };
}

/** The value when all parts are text without pattern characters. */
function literalOf(parts: readonly Part[]): string | undefined {
  let value = '';
  for (const part of parts) {
    if (part.kind === 'quoted') value += part.text;
    else if (part.kind === 'text' && !/[*?[(]/.test(part.text)) value += part.text;
    else return undefined;
  }
  return value;
}

/** Splits unquoted source text at its backslashes. */
function unquote(text: string): Part[] {
  if (!text.includes('\\')) return textParts(text);
  const parts: Part[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char !== '\\' || at + 1 >= text.length) {
      plain += char;
      continue;
    }
    at += 1;
    if (text[at] === '\n') continue;
    const escaped = String.fromCodePoint(text.codePointAt(at) as number);
    at += escaped.length - 1;
    parts.push(...textParts(plain), { kind: 'quoted', text: escaped });
    plain = '';
  }
  return [...parts, ...textParts(plain)];
}

function lowerPart(part: un.WordPart, isDouble: boolean, lower: ScriptLowering): Part[] {
  switch (part.type) {
    case 'Literal':
      return rawLiteral(part.text, part.value, isDouble);
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ kind: 'quoted', text: part.value }];
    case 'DoubleQuoted':
    case 'LocaleString':
      return [{ kind: 'double', parts: part.parts.flatMap((p) => lowerPart(p, true, lower)) }];
    case 'Glob':
      if (part.kind === 'bracket' && !isDouble) return lowerBracket(part, lower);
      return [{ kind: 'text', text: part.text }];
    case 'ExtendedGlob': {
      const inner =
        part.parts?.flatMap((p) => lowerPart(p, isDouble, lower)) ?? unquote(part.pattern);
      return [{ kind: 'text', text: `${part.operator}(` }, ...inner, { kind: 'text', text: ')' }];
    }
    case 'BraceExpansion': {
      const inner =
        part.parts?.flatMap((p) => lowerPart(p, isDouble, lower)) ??
        unquote(part.text.slice(1, -1));
      return [{ kind: 'text', text: '{' }, ...inner, { kind: 'text', text: '}' }];
    }
    case 'SimpleExpansion':
      return [simpleParameter(part.text)];
    case 'ParameterExpansion':
      return [lowerParameter(part, isDouble, lower)];
    case 'CommandExpansion':
      return [lowerSubstitution(lower(part.script))];
    case 'ArithmeticExpansion':
      return [{ kind: 'arithmetic', expression: arithmeticWord(arithmeticText(part.text), lower) }];
    case 'ProcessSubstitution':
      return [{ kind: 'process', operator: part.operator, script: lower(part.script) }];
  }
}

function lowerBracket(part: un.BracketGlobPart, lower: ScriptLowering): Part[] {
  const inner = part.parts.flatMap((p) => lowerPart(p, false, lower));
  const covered = part.parts.map((p) => p.text).join('');
  const start = part.text.indexOf(covered);
  if (start <= 0) return unquote(part.text);
  return [
    { kind: 'text', text: part.text.slice(0, start) },
    ...inner,
    { kind: 'text', text: part.text.slice(start + covered.length) },
  ];
}

function arithmeticText(text: string): string {
  return text.startsWith('$[') ? text.slice(2, -1) : text.slice(3, -2);
}

function simpleParameter(text: string): Parameter {
  return {
    kind: 'parameter',
    name: text.slice(1),
    text,
    isLength: false,
    isIndirect: false,
    index: undefined,
    operation: undefined,
  };
}

function lowerSubstitution(script: Script): Part {
  const [only, more] = script.statements;
  const command = only?.command;
  const redirect = command?.kind === 'simple' ? command.redirects[0] : undefined;
  const isFile =
    more === undefined &&
    command?.kind === 'simple' &&
    command.words.length === 0 &&
    command.assignments.length === 0 &&
    command.redirects.length === 1 &&
    redirect?.operator === '<' &&
    redirect.fd === undefined;
  return { kind: 'command', script, inputFile: isFile ? redirect?.target : undefined };
}

function lowerParameter(
  part: un.ParameterExpansionPart,
  isDouble: boolean,
  lower: ScriptLowering,
): Parameter {
  const { operation, index } = part;
  return {
    kind: 'parameter',
    name: part.parameter,
    text: part.text,
    isLength: part.prefix === '#',
    isIndirect: part.prefix === '!',
    index: index && lowerWord(index, 'plain', lower),
    operation: operation && lowerOperation(operation, isDouble, lower),
  };
}

function lowerOperation(
  operation: un.ParameterOperation,
  isDouble: boolean,
  lower: ScriptLowering,
): ParameterOperation {
  switch (operation.type) {
    case 'Default': {
      const operand = lowerWord(operation.operand, isDouble ? 'double' : 'plain', lower);
      return { kind: 'default', operator: operation.operator, operand };
    }
    case 'Remove': {
      const operand = lowerWord(operation.operand, 'plain', lower);
      return { kind: 'remove', operator: operation.operator, operand };
    }
    case 'Replace': {
      const pattern = lowerWord(operation.pattern, 'plain', lower);
      const replacement = lowerWord(operation.replacement, 'plain', lower);
      return { kind: 'replace', operator: operation.operator, pattern, replacement };
    }
    case 'Slice': {
      const offset = arithmeticWord(operation.offset.text, lower);
      const length = operation.length && arithmeticWord(operation.length.text, lower);
      return { kind: 'slice', offset, length };
    }
    case 'CaseModification': {
      const operand = operation.operand && lowerWord(operation.operand, 'plain', lower);
      return { kind: 'case', operator: operation.operator, operand };
    }
    case 'Transform':
      return { kind: 'transform', operator: operation.operand.text };
    case 'Names':
      return { kind: 'names', separator: operation.operator };
    case 'Unknown':
      return { kind: 'bad' };
  }
}

/** The text of an arithmetic expression: expanded as in double quotes, quotes themselves gone. */
export function arithmeticWord(text: string, lower: ScriptLowering): Word {
  if (!/[$`\\"']/.test(text)) {
    return {
      text,
      literal: text,
      parts: textParts(text),
      braces: undefined,
      assignment: undefined,
    };
  }
  return makeWord(text, lowerDocument(text.replace(/(^|[^\\])"/g, '$1').replace(/"/g, ''), lower));
}

/** The parts of here-document text: `$`, backquotes and backslashes before them are special. */
export function lowerDocument(text: string, lower: ScriptLowering): Part[] {
  return documentParts(text).flatMap((part) => lowerPart(part, true, lower));
}

const ASSIGNS = /^[A-Za-z_]\w*\+?=/;

/**
 * Turns `~` and `~user` into tilde parts: in front of the word, in values also after each `:`, in
 * arguments that look like assignments after the `=` and each `:`.
 */
export function findTildes(parts: readonly Part[], place: WordPlace): readonly Part[] {
  if (!parts.some((part) => part.kind === 'text' && part.text.includes('~'))) return parts;
  const [first] = parts;
  const prefix =
    place === 'argument' && first?.kind === 'text' ? (ASSIGNS.exec(first.text)?.[0] ?? '') : '';
  const everywhere = place === 'value' || prefix !== '';
  return parts.flatMap((part, i) => {
    if (part.kind !== 'text') return [part];
    const head = i === 0 ? prefix : '';
    const body = part.text.slice(head.length);
    const pieces = everywhere ? body.split(/(?<=:)/) : [body];
    const tildes = pieces.flatMap((piece, n) => {
      const isStart = n > 0 || i === 0;
      return tildePiece(piece, isStart, n === pieces.length - 1 && i + 1 < parts.length);
    });
    return [...textParts(head), ...tildes];
  });
}

/** `runsOn`: more of the same word follows, so that a name at the end is not the whole name. */
function tildePiece(piece: string, isStart: boolean, runsOn: boolean): Part[] {
  const match = isStart ? /^~([^/:]*)/.exec(piece) : null;
  if (match === null || (runsOn && match[0].length === piece.length)) return textParts(piece);
  return [{ kind: 'tilde', user: match[1] ?? '' }, ...textParts(piece.slice(match[0].length))];
}
