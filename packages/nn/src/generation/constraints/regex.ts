import {
  alternatives,
  characters,
  type Expression,
  nothing,
  repeat,
  sequence,
} from './expression.ts';
import { everyCharacter, notLineEnd, readClass, readEscaped } from './regex-class.ts';

/** Most repetitions that a count in braces may ask for. */
const mostRepetitions = 10_000;

/**
 * The texts that a regular expression matches as a whole, in JavaScript's syntax with the flag `u`.
 *
 * It takes characters, escapes, classes, `.`, groups, `|`, and quantifiers (lazy ones, too: the texts are the same).
 * `^` and `$` may stand at the two ends, where they mean nothing.
 *
 * @throws SyntaxError naming what else is in it: flags that change the meaning, looking around, back references,
 *   boundaries of words, properties of characters
 */
export function parseRegex(pattern: string | RegExp): Expression {
  const { source, flags } = typeof pattern === 'string' ? { source: pattern, flags: 's' } : pattern;
  const unknown = [...flags].find((flag) => !'usgdy'.includes(flag));
  if (unknown) {
    throw new SyntaxError(`regex: the flag ${unknown} is not supported: got /${source}/${flags}`);
  }
  return new RegexReader(source, flags.includes('s')).read();
}

class RegexReader {
  readonly #points: readonly string[];
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly dotTakesNewlines: boolean,
  ) {
    this.#points = Array.from(source);
  }

  read(): Expression {
    const expression = this.#alternatives();
    if (this.#at < this.#points.length) this.#fail('has a parenthesis that nothing opens');
    return expression;
  }

  #alternatives(): Expression {
    const ways = [this.#sequence()];
    while (this.#take('|')) ways.push(this.#sequence());
    return ways.length === 1 ? ways[0]! : alternatives(...ways);
  }

  #sequence(): Expression {
    const items: Expression[] = [];
    for (;;) {
      const next = this.#points[this.#at];
      if (next === undefined || next === '|' || next === ')') return sequence(...items);
      items.push(this.#quantified());
    }
  }

  #quantified(): Expression {
    const start = this.#at;
    const item = this.#item();
    const counts = this.#counts();
    if (!counts) return item;
    if (item === nothing) this.#fail(`repeats ${this.#points[start]}`);
    this.#take('?'); // a lazy quantifier finds the same texts
    const [least, most] = counts;
    const limit = most === Number.POSITIVE_INFINITY ? least : most;
    if (least > most) this.#fail(`repeats from ${least} to ${most} times`);
    if (limit > mostRepetitions) this.#fail(`repeats more than ${mostRepetitions} times`);
    return repeat(item, least, most);
  }

  #counts(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (!this.#take('{')) return undefined;
    const end = this.#points.indexOf('}', this.#at);
    const text = this.#points.slice(this.#at, Math.max(end, this.#at)).join('');
    const found = /^(\d+)(,(\d*))?$/.exec(text);
    if (!found) this.#fail('has a brace that is no count; write \\{ for the character');
    this.#at = end + 1;
    const [, least, comma, most] = found!;
    if (comma === undefined) return [Number(least), Number(least)];
    return [Number(least), most ? Number(most) : Number.POSITIVE_INFINITY];
  }

  #item(): Expression {
    const next = this.#points[this.#at++]!;
    switch (next) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return this.dotTakesNewlines ? characters(...everyCharacter) : notLineEnd.whole();
      case '^':
        if (this.#at !== 1) this.#fail('has ^ behind its beginning');
        return nothing;
      case '$':
        if (this.#at !== this.#points.length) this.#fail('has $ before its end');
        return nothing;
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#fail(`has ${next} with nothing to repeat`);
      default: {
        const point = next.codePointAt(0)!;
        return characters([point, point]);
      }
    }
  }

  #group(): Expression {
    if (this.#take('?')) {
      const isNamed = this.#points[this.#at] === '<' && !'=!'.includes(this.#points[this.#at + 1]!);
      if (isNamed) this.#at = this.#points.indexOf('>', this.#at) + 1;
      else if (!this.#take(':')) this.#fail('looks around, or sets flags, by (?');
    }
    const inner = this.#alternatives();
    if (!this.#take(')')) this.#fail('has a parenthesis that is not closed');
    return inner;
  }

  #class(): Expression {
    const { found, end } = this.#guarded(() => readClass(this.#points, this.#at));
    this.#at = end;
    return found.whole();
  }

  #escape(): Expression {
    const { found, end } = this.#guarded(() => readEscaped(this.#points, this.#at));
    this.#at = end;
    return found.whole();
  }

  #take(character: string): boolean {
    if (this.#points[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      return this.#fail((error as Error).message);
    }
  }

  #fail(problem: string): never {
    throw new SyntaxError(`regex: /${this.source}/ ${problem}`);
  }
}
