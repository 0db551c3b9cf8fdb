import type { Shape, Tensor, Variable } from '@llm/tensor';

/** Values of a module's parameters and buffers by name. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** What a state lacked, had too much of, or had in another shape. */
export interface StateMismatch {
  /** Names that the module has and the state lacks. */
  readonly missing: readonly string[];
  /** Names that the state has and the module lacks. */
  readonly unexpected: readonly string[];
  /** Names in both whose shapes differ. */
  readonly misshaped: readonly {
    readonly name: string;
    readonly got: Shape;
    readonly wants: Shape;
  }[];
}

/** A state that does not fit its module; the message lists every difference at once. */
export class StateDictError extends Error implements StateMismatch {
  override readonly name = 'StateDictError';
  readonly missing: StateMismatch['missing'];
  readonly unexpected: StateMismatch['unexpected'];
  readonly misshaped: StateMismatch['misshaped'];

  /** @param hint what would make it fit, for the message */
  constructor(
    moduleName: string,
    { missing, unexpected, misshaped }: StateMismatch,
    hint = '{ strict: false } loads what fits and returns the rest',
  ) {
    const shapes = misshaped.map(
      ({ name, got, wants }) => `${name}: got [${got.join(', ')}], wants [${wants.join(', ')}]`,
    );
    super(
      [
        `loadStateDict: the state does not fit ${moduleName}`,
        ...section('missing', missing),
        ...section('unexpected', unexpected),
        ...section('of another shape', shapes),
        `  nothing was loaded; ${hint}`,
      ].join('\n'),
    );
    this.missing = missing;
    this.unexpected = unexpected;
    this.misshaped = misshaped;
  }
}

function section(title: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : [`  ${title} (${names.length}):`, ...names.map((name) => `    ${name}`)];
}

/**
 * Compares a state with variables by name. A variable that has several names (tied weights) is missing only
 * if the state has none of them.
 */
export function compareState<Value extends { readonly shape: Shape }>(
  variables: Iterable<readonly [string, Variable]>,
  state: Readonly<Record<string, Value>>,
): { mismatch: StateMismatch; fitting: [Variable, Value][] } {
  const namesOf = new Map<Variable, string[]>();
  for (const [name, variable] of variables) {
    const names = namesOf.get(variable);
    if (names) names.push(name);
    else namesOf.set(variable, [name]);
  }
  const known = new Set<string>();
  const missing: string[] = [];
  const misshaped: { name: string; got: Shape; wants: Shape }[] = [];
  const fitting: [Variable, Value][] = [];
  for (const [variable, names] of namesOf) {
    for (const name of names) known.add(name);
    const present = names.filter((name) => Object.hasOwn(state, name));
    const [first] = present;
    if (first === undefined) missing.push(names[0]!);
    const wrong = present.filter((name) => String(state[name]!.shape) !== String(variable.shape));
    for (const name of wrong)
      misshaped.push({ name, got: state[name]!.shape, wants: variable.shape });
    if (first !== undefined && wrong.length === 0) fitting.push([variable, state[first]!]);
  }
  const unexpected = Object.keys(state).filter((name) => !known.has(name));
  return { mismatch: { missing, unexpected, misshaped }, fitting };
}
