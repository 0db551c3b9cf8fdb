import { alternatives, type Expression, literal, optional, sequence } from './expression.ts';
import { listText, space, stringText } from './json-text.ts';
import type { JsonSchema } from './schema-keywords.ts';

/**
 * Texts of the objects that a schema allows: its properties in order, those that are not required perhaps not.
 *
 * @param textOf the texts of the values of another schema
 */
export function objectText(
  { properties, required = [], additionalProperties = true }: JsonSchema,
  path: string,
  textOf: (schema: JsonSchema | boolean, path: string) => Expression,
): Expression {
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) {
    throw new TypeError(`json_schema: ${path}/required wants a list of names`);
  }
  if (properties !== undefined && (typeof properties !== 'object' || properties === null)) {
    throw new TypeError(`json_schema: ${path}/properties wants an object of schemas`);
  }
  const members = Object.entries(properties ?? {}).map(([name, schema]) => ({
    isRequired: required.includes(name),
    text: sequence(
      literal(`${JSON.stringify(name)}:`),
      space,
      textOf(schema as JsonSchema, `${path}/properties/${name}`),
    ),
  }));
  const unnamed = required.find((name) => !Object.hasOwn(properties ?? {}, name));
  if (unnamed !== undefined) {
    throw new TypeError(
      `json_schema: ${path} requires ${JSON.stringify(unnamed)}, which is not among its properties`,
    );
  }
  const inner = members.length > 0 ? membersText(members) : freeMembers();
  return sequence(literal('{'), inner, literal('}'));

  function freeMembers(): Expression {
    if (additionalProperties === false) return sequence();
    const value = textOf(additionalProperties as JsonSchema, `${path}/additionalProperties`);
    const name = stringText(0, Number.POSITIVE_INFINITY);
    return listText(sequence(name, literal(':'), space, value), 0, Number.POSITIVE_INFINITY);
  }
}

interface Member {
  readonly isRequired: boolean;
  readonly text: Expression;
}

/** Members in order with commas between those that are there. */
function membersText(members: readonly Member[]): Expression {
  const comma = sequence(literal(','), space);
  // From the end: what may follow a member, and what may come where none has been written yet.
  let following = sequence();
  let first: Expression | undefined;
  for (const { isRequired, text } of [...members].reverse()) {
    const written = sequence(text, following);
    const others: Expression = first ?? sequence();
    first = isRequired ? written : alternatives(written, others);
    const next = sequence(comma, text, following);
    following = isRequired ? next : alternatives(next, following);
  }
  return first ?? optional(sequence());
}
