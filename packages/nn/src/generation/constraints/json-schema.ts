import {
  alternatives,
  type Expression,
  type Grammar,
  literal,
  repeat,
  sequence,
} from './expression.ts';
import { objectText } from './json-object.ts';
import {
  escapedText,
  integerText,
  listText,
  numberText,
  space,
  stringCharacter,
  stringText,
} from './json-text.ts';
import { parseRegex } from './regex.ts';
import { checkKeywords, countOf, hasType, type JsonSchema, typesOf } from './schema-keywords.ts';

/** The rule of any JSON value. */
const anyValue = 'any value';

/**
 * Texts of JSON values that a schema allows: objects with their properties in the schema's order, one space or none
 * behind commas and colons.
 *
 * It knows `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `minItems`, `maxItems`,
 * `minLength`, `maxLength`, `pattern`, `anyOf`, `$ref` within the schema, `$defs`, and passes over titles and the like.
 * Properties that a schema does not name are written only where it names none.
 *
 * @throws TypeError naming a keyword that is not supported, and where it stands
 */
export function jsonGrammar(schema: JsonSchema | boolean): Grammar {
  return new SchemaReader(schema).read();
}

class SchemaReader {
  readonly #rules = new Map<string, Expression>();

  constructor(private readonly whole: JsonSchema | boolean) {}

  read(): Grammar {
    const root = this.#value(this.whole, '#');
    return { root, rules: this.#rules };
  }

  #value(schema: JsonSchema | boolean, path: string): Expression {
    if (schema === true) return this.#any();
    if (
      schema === false ||
      typeof schema !== 'object' ||
      schema === null ||
      Array.isArray(schema)
    ) {
      throw new TypeError(
        `json_schema: ${path} must be an object or true: got ${JSON.stringify(schema)}`,
      );
    }
    checkKeywords(schema, path);
    const { $ref, anyOf, enum: values } = schema;
    if ($ref !== undefined) return this.#reference($ref, path);
    if (anyOf !== undefined) {
      if (!Array.isArray(anyOf) || anyOf.length === 0) {
        throw new TypeError(`json_schema: ${path}/anyOf wants a list of schemas`);
      }
      return alternatives(...anyOf.map((each, i) => this.#value(each, `${path}/anyOf/${i}`)));
    }
    if ('const' in schema || values !== undefined) return valuesText(schema, path);
    const types = typesOf(schema, path);
    if (!types) return this.#any();
    return alternatives(...types.map((type) => this.#typed(type, schema, path)));
  }

  #typed(type: string, schema: JsonSchema, path: string): Expression {
    switch (type) {
      case 'null':
        return literal('null');
      case 'boolean':
        return alternatives(literal('true'), literal('false'));
      case 'integer':
        return integerText;
      case 'number':
        return numberText;
      case 'string':
        return this.#string(schema, path);
      case 'array':
        return this.#array(schema, path);
      default:
        return objectText(schema, path, (each, where) => this.#value(each, where));
    }
  }

  #string(schema: JsonSchema, path: string): Expression {
    const { pattern } = schema;
    const least = countOf(schema, 'minLength', path) ?? 0;
    const most = countOf(schema, 'maxLength', path) ?? Number.POSITIVE_INFINITY;
    if (pattern === undefined) return stringText(least, most);
    if (typeof pattern !== 'string') {
      throw new TypeError(`json_schema: ${path}/pattern wants a regular expression as text`);
    }
    if (least > 0 || most < Number.POSITIVE_INFINITY) {
      throw new TypeError(
        `json_schema: ${path} has a pattern and a length; count in the pattern instead`,
      );
    }
    // A pattern matches anywhere in the string; JavaScript's dot takes no ends of lines.
    const inner = escapedText(parseRegex(new RegExp(pattern, 'u')));
    const anything = repeat(stringCharacter, 0, Number.POSITIVE_INFINITY);
    return sequence(
      literal('"'),
      ...(pattern.startsWith('^') ? [] : [anything]),
      inner,
      ...(/(^|[^\\])(\\\\)*\$$/.test(pattern) ? [] : [anything]),
      literal('"'),
    );
  }

  #array(schema: JsonSchema, path: string): Expression {
    const least = countOf(schema, 'minItems', path) ?? 0;
    const most = countOf(schema, 'maxItems', path) ?? Number.POSITIVE_INFINITY;
    if (least > most) throw new RangeError(`json_schema: ${path} has minItems above maxItems`);
    const item = this.#value((schema.items as JsonSchema | undefined) ?? true, `${path}/items`);
    return sequence(literal('['), listText(item, least, most), literal(']'));
  }

  /** A rule, since what is referred to may refer to itself. */
  #reference(reference: unknown, path: string): Expression {
    if (typeof reference !== 'string' || !(reference === '#' || reference.startsWith('#/'))) {
      throw new TypeError(
        `json_schema: ${path}/$ref must point into the schema, as "#/$defs/name": got ${JSON.stringify(reference)}`,
      );
    }
    if (!this.#rules.has(reference)) {
      const target = this.#at(reference, path);
      this.#rules.set(reference, sequence()); // known while its own parts are read
      this.#rules.set(reference, this.#value(target, reference));
    }
    return { kind: 'rule', name: reference };
  }

  #at(reference: string, path: string): JsonSchema | boolean {
    let found: unknown = this.whole;
    for (const part of reference.split('/').slice(1)) {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const isInside = typeof found === 'object' && found !== null && Object.hasOwn(found, name);
      if (!isInside) throw new TypeError(`json_schema: ${path}/$ref: there is no ${reference}`);
      found = (found as Record<string, unknown>)[name];
    }
    return found as JsonSchema | boolean;
  }

  #any(): Expression {
    const value: Expression = { kind: 'rule', name: anyValue };
    if (!this.#rules.has(anyValue)) {
      const member = sequence(stringText(0, Number.POSITIVE_INFINITY), literal(':'), space, value);
      const list = (item: Expression) => listText(item, 0, Number.POSITIVE_INFINITY);
      this.#rules.set(
        anyValue,
        alternatives(
          ...['null', 'true', 'false'].map(literal),
          numberText,
          stringText(0, Number.POSITIVE_INFINITY),
          sequence(literal('['), list(value), literal(']')),
          sequence(literal('{'), list(member), literal('}')),
        ),
      );
    }
    return value;
  }
}

/** The values of `const` or `enum`, as far as they have the type. */
function valuesText(schema: JsonSchema, path: string): Expression {
  const values = 'const' in schema ? [schema.const] : schema.enum;
  if (!Array.isArray(values))
    throw new TypeError(`json_schema: ${path}/enum wants a list of values`);
  const { type } = schema;
  const types = type === undefined ? undefined : typesOf({ type }, path);
  const fitting = types ? values.filter((value) => hasType(value, types)) : values;
  if (fitting.length === 0) throw new TypeError(`json_schema: ${path} has no value of its type`);
  return alternatives(...fitting.map((value) => literal(JSON.stringify(value))));
}
