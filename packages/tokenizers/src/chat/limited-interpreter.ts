import type { Environment, Interpreter } from '@huggingface/jinja';
import type { Meter } from './meter.ts';

type Jinja = typeof import('@huggingface/jinja');
type Evaluate = Interpreter['evaluate'];
type Statement = NonNullable<Parameters<Evaluate>[0]>;

/** What a round of a loop costs before anything in its body is done. */
const STEPS_PER_ROUND = 8;
/** What an operator or a filter costs for each element of its operand. */
const STEPS_PER_ELEMENT = 1 / 16;
/** Looking a name up in vain raises an exception inside the engine, which takes long. */
const STEPS_PER_MISSING_NAME = 100;

/**
 * An interpreter that reports each step, and the size of each value, to a meter.
 *
 * @param jinja - The template engine.
 * @param environment - The variables.
 * @param meter - Throws where a limit is reached.
 */
export function limitedInterpreter(
  jinja: Jinja,
  environment: Environment,
  meter: Meter,
): Interpreter {
  /** Expressions whose value is gone through, with the steps that takes for each element. */
  const operands = new WeakMap<object, number>();

  class LimitedInterpreter extends jinja.Interpreter {
    override evaluate(...args: Parameters<Evaluate>): ReturnType<Evaluate> {
      const [statement] = args;
      meter.spend(1);
      if (statement !== undefined) noteOperands(statement, operands);
      const value = super.evaluate(...args);
      meter.check(value);
      if (statement !== undefined) {
        const stepsEach = operands.get(statement);
        if (stepsEach !== undefined) meter.spendElements(value, stepsEach);
        if (statement.type === 'Identifier' && value.type === 'UndefinedValue') {
          meter.spend(STEPS_PER_MISSING_NAME);
        }
      }
      return value;
    }
  }
  return new LimitedInterpreter(environment);
}

function noteOperands(statement: Statement, operands: WeakMap<object, number>): void {
  // The engine does not export the types of its syntax tree.
  const node = statement as Statement & Partial<Record<string, Statement>>;
  const note = (operand: Statement | undefined, steps: number): void => {
    if (operand !== undefined) operands.set(operand, steps);
  };
  if (node.type === 'For') {
    note(node.iterable, STEPS_PER_ROUND);
    // `for x in list if test` keeps its list a level deeper.
    note((node.iterable as typeof node | undefined)?.lhs, STEPS_PER_ROUND);
  } else if (node.type === 'BinaryExpression') {
    note(node.left, STEPS_PER_ELEMENT);
    note(node.right, STEPS_PER_ELEMENT);
  } else if (node.type === 'FilterExpression') {
    note(node.operand, STEPS_PER_ELEMENT);
  }
}
