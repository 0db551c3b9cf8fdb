import { Variable } from '@llm/tensor';

/** A parameter, a buffer or a submodule, with its path below the module it was found in. */
type Field<Module> = readonly [path: string, value: Variable | Module];

/**
 * The variables and modules among `entries`, and those inside arrays and plain objects (`layers.0`,
 * `heads.ner`). Everything else, tensors included, is configuration or a constant.
 */
export function* fieldsOf<Module>(
  entries: Iterable<readonly [string, unknown]>,
  isModule: (value: unknown) => value is Module,
): Generator<Field<Module>> {
  for (const [name, value] of entries) {
    if (value instanceof Variable || isModule(value)) yield [name, value];
    else if (Array.isArray(value) || isPlainObject(value)) {
      for (const [path, inner] of fieldsOf(Object.entries(value), isModule)) {
        yield [`${name}.${path}`, inner];
      }
    }
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
