/** A JSON schema. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Keywords that say nothing about values. */
const annotations = [
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
];

/** Keywords by the type whose values they narrow. */
const ofType: Readonly<Record<string, readonly string[]>> = {
  null: [],
  boolean: [],
  integer: [],
  number: [],
  string: ['minLength', 'maxLength', 'pattern'],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
};

const typed = Object.values(ofType).flat();
/** Keywords that stand alone, but for annotations (and `type` beside values, which it cannot widen). */
const alone = ['$ref', 'anyOf', 'const', 'enum'];

/** @throws TypeError naming a keyword that is not supported, or that does not go with the others */
export function checkKeywords(schema: JsonSchema, path: string): void {
  const names = Object.keys(schema).filter((name) => !annotations.includes(name));
  const supported = ['type', ...alone, ...typed];
  const unknown = names.find((name) => !supported.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `json_schema: ${path}: the keyword ${unknown} is not supported; supported are ${supported.join(', ')}`,
    );
  }
  const special = names.find((name) => alone.includes(name));
  const isValues = special === 'const' || special === 'enum';
  const beside = names.find((name) => name !== special && !(isValues && name === 'type'));
  if (special !== undefined && beside !== undefined) {
    throw new TypeError(`json_schema: ${path}: ${special} beside ${beside} is not supported`);
  }
}

/** The types of values, if they are named or told by keywords. @throws TypeError for a type there is not */
export function typesOf(schema: JsonSchema, path: string): readonly string[] | undefined {
  const { type } = schema;
  const used = typed.filter((name) => schema[name] !== undefined);
  if (type === undefined) {
    // Without a type, values of all others would pass; nobody who lists properties means that.
    const told = Object.keys(ofType).filter((each) =>
      used.some((name) => ofType[each]!.includes(name)),
    );
    return told.length > 0 ? told : undefined;
  }
  const types = [type].flat() as readonly unknown[];
  for (const each of types) {
    if (typeof each !== 'string' || !Object.hasOwn(ofType, each)) {
      throw new TypeError(
        `json_schema: ${path}: type must be one of ${Object.keys(ofType).join(', ')}: got ${JSON.stringify(each)}`,
      );
    }
  }
  return types as readonly string[];
}

/** A count among the keywords. @throws TypeError unless it is a whole number of at least 0 */
export function countOf(schema: JsonSchema, name: string, path: string): number | undefined {
  const value = schema[name];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < 0) {
    throw new TypeError(`json_schema: ${path}/${name} wants a whole number of at least 0`);
  }
  return value as number;
}

/** Whether a value has one of the types. */
export function hasType(value: unknown, types: readonly string[]): boolean {
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return types.includes(own) || (types.includes('integer') && Number.isInteger(value));
}
