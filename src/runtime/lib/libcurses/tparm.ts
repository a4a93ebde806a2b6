/**
 * Expands a capability's parameters: the little stack language of `%` sequences.
 * @man terminfo(5) PARAMETERIZED STRINGS  @man curs_terminfo(3CURSES)
 */
interface Machine {
  readonly text: string;
  readonly parameters: number[];
  readonly variables: Map<string, number>;
  readonly stack: number[];
  at: number;
  output: string;
}

/** `text` with its parameters put in; missing ones are 0. */
export function tparm(text: string, ...parameters: readonly number[]): string {
  const machine: Machine = {
    text,
    parameters: [...parameters],
    variables: new Map(),
    stack: [],
    at: 0,
    output: '',
  };
  while (machine.at < text.length) {
    const character = text[machine.at] as string;
    machine.at += 1;
    if (character === '%') step(machine);
    else machine.output += character;
  }
  return machine.output;
}

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  m: (a, b) => (b === 0 ? 0 : a % b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '=': (a, b) => Number(a === b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  A: (a, b) => Number(a !== 0 && b !== 0),
  O: (a, b) => Number(a !== 0 || b !== 0),
};

function pop(machine: Machine): number {
  return machine.stack.pop() ?? 0;
}

function step(machine: Machine): void {
  const operator = machine.text[machine.at] ?? '';
  machine.at += 1;
  const binary = BINARY[operator];
  if (binary !== undefined) {
    const b = pop(machine);
    machine.stack.push(binary(pop(machine), b));
    return;
  }
  switch (operator) {
    case 'i':
      machine.parameters[0] = (machine.parameters[0] ?? 0) + 1;
      machine.parameters[1] = (machine.parameters[1] ?? 0) + 1;
      return;
    case 'p':
      machine.stack.push(machine.parameters[Number(machine.text[machine.at++]) - 1] ?? 0);
      return;
    case 'P':
      machine.variables.set(machine.text[machine.at++] ?? '', pop(machine));
      return;
    case 'g':
      machine.stack.push(machine.variables.get(machine.text[machine.at++] ?? '') ?? 0);
      return;
    case "'":
      machine.stack.push(machine.text.charCodeAt(machine.at));
      machine.at += 2;
      return;
    case '{': {
      const end = machine.text.indexOf('}', machine.at);
      machine.stack.push(Number(machine.text.slice(machine.at, end)));
      machine.at = end + 1;
      return;
    }
    case '!':
      machine.stack.push(Number(pop(machine) === 0));
      return;
    case '~':
      machine.stack.push(~pop(machine));
      return;
    case '?':
    case ';':
      return;
    case 't':
      if (pop(machine) === 0) skip(machine, true);
      return;
    case 'e':
      skip(machine, false);
      return;
    default:
      print(machine, operator);
  }
}

/** Over the branch not taken: to its `%e` (when there may be one) or to the matching `%;`. */
function skip(machine: Machine, stopAtElse: boolean): void {
  let depth = 0;
  while (machine.at < machine.text.length) {
    const at = machine.text.indexOf('%', machine.at);
    if (at < 0) break;
    const operator = machine.text[at + 1];
    machine.at = at + 2;
    if (operator === '?') depth += 1;
    else if (operator === ';' && depth === 0) return;
    else if (operator === ';') depth -= 1;
    else if (operator === 'e' && depth === 0 && stopAtElse) return;
  }
  machine.at = machine.text.length;
}

function print(machine: Machine, operator: string): void {
  if (operator === '%') machine.output += '%';
  else if (operator === 'c') machine.output += String.fromCharCode(pop(machine));
  else {
    const start = machine.at - 1;
    const match = /^:?([-+# 0]*)(\d*)(?:\.\d+)?([dosxX])/.exec(machine.text.slice(start));
    if (match === null) return;
    machine.at = start + match[0].length;
    const radix = match[3] === 'o' ? 8 : match[3]?.toLowerCase() === 'x' ? 16 : 10;
    const digits = pop(machine).toString(radix);
    const fill = match[1]?.includes('0') === true ? '0' : ' ';
    machine.output += digits.padStart(Number(match[2] ?? 0), fill);
  }
}
