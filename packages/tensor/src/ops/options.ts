/** Throws for an option that the operation does not know, and names those it does. */
export function checkOptions<Options extends object>(
  operation: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): void {
  for (const name of Object.keys(options)) {
    if (!(known as readonly string[]).includes(name)) {
      throw new TypeError(
        `${operation}: unknown option '${name}'; it takes ${known.map((key) => `'${key}'`).join(', ')}`,
      );
    }
  }
}

/** Throws unless `value` is one of `choices`. */
export function checkChoice<Choice extends string>(
  operation: string,
  option: string,
  value: Choice,
  choices: readonly Choice[],
): void {
  if (!choices.includes(value)) {
    throw new TypeError(
      `${operation}: ${option} is '${value}'; it takes ${choices.map((choice) => `'${choice}'`).join(', ')}`,
    );
  }
}
