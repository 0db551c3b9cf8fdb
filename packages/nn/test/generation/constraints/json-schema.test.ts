import { hostUniform } from '@llm/nn';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonGrammar } from '../../../src/generation/constraints/json-schema.ts';
import type { JsonSchema } from '../../../src/generation/constraints/schema-keywords.ts';
import { TokenConstraint } from '../../../src/generation/constraints/token-constraint.ts';
import { TokenTrie } from '../../../src/generation/constraints/token-trie.ts';
import { ToyVocabulary } from '../../support/toy-vocabulary.ts';

const vocabulary = new ToyVocabulary([
  '{"',
  '":',
  '", "',
  'true',
  '}]',
  '\\u00',
  '12',
  ' "a',
  '"a":',
  'ä"',
  '-',
  '\\',
]);
const trie = new TokenTrie(vocabulary.bytes);
const constraintOf = (schema: JsonSchema | boolean) =>
  new TokenConstraint(jsonGrammar(schema), vocabulary.bytes, trie);

const schemas: Readonly<Record<string, JsonSchema>> = {
  scalars: { type: ['integer', 'null', 'boolean', 'number'] },
  strings: { type: 'string', minLength: 2, maxLength: 4 },
  objects: {
    title: 'A person',
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 3 },
      age: { type: 'integer' },
      tags: { type: 'array', items: { enum: ['a', 'b "c"', 3, null] }, minItems: 1, maxItems: 2 },
      'ä"\\': { const: { x: [1, 'y'] } },
    },
    required: ['age'],
    additionalProperties: false,
  },
  'nothing required': {
    type: 'object',
    properties: { a: { type: 'null' }, b: { type: 'null' }, c: { type: 'null' } },
  },
  'of one type': { type: 'object', additionalProperties: { type: 'boolean' } },
  empty: { type: 'object', additionalProperties: false },
  pattern: { type: 'string', pattern: '^(?:[a-c"\\\\\\n]|é){1,5}$' },
  'pattern within': { type: 'string', pattern: '[^]\\d' },
  choice: {
    anyOf: [{ type: 'null' }, { type: 'array', maxItems: 0 }, { $ref: '#/$defs/n/0' }],
    $defs: { n: [{ const: -1.5 }] },
  },
  recursive: {
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'integer' },
          next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/node' }] },
        },
        required: ['value', 'next'],
      },
    },
    $ref: '#/$defs/node',
  },
  tree: { type: 'array', items: { $ref: '#' }, maxItems: 2 },
  'typed values': { type: ['string', 'integer'], enum: ['a', 1, 1.5, null] },
  anything: {},
};

/** A text of random tokens that the constraint allows; short ones become likelier. */
function randomText(constraint: TokenConstraint, random: () => number): string {
  const tokens: number[] = [];
  let state = constraint.start;
  for (;;) {
    expect(tokens.length).toBeLessThan(2000); // each takes at most three random numbers
    const allowed = [...constraint.allowed(state)];
    const isEnough = random() * 60 < tokens.length;
    if (constraint.accepts(state) && (allowed.length === 0 || isEnough || random() < 0.3)) {
      return vocabulary.decode(tokens);
    }
    expect(allowed.length).toBeGreaterThan(0);
    // What closes a value, or is short, comes more often once the text is long.
    const closing = allowed.filter((id) => '"]},:0n'.includes(String.fromCharCode(id)));
    const from = isEnough && closing.length > 0 ? closing : allowed;
    const token = from[Math.floor(random() * from.length)]!;
    tokens.push(token);
    state = constraint.next(state, token)!;
  }
}

describe('JSON schemas', () => {
  it.each(Object.keys(schemas))(
    '%s: whatever a random model writes parses and validates',
    (name) => {
      const schema = schemas[name]!;
      const constraint = constraintOf(schema);
      const validate = new Ajv({ strict: false }).compile(schema);
      const texts = new Set<string>();
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const uniforms = hostUniform({ seed, position: 0, draw: 0 }, 6000);
          let taken = 0;
          const text = randomText(constraint, () => uniforms[taken++]!);
          texts.add(text);
          expect(validate(JSON.parse(text)), `${text}: ${JSON.stringify(validate.errors)}`).toBe(
            true,
          );
        }),
        { numRuns: 60 },
      );
      expect(texts.size).toBeGreaterThanOrEqual(name === 'empty' ? 1 : 2);
    },
  );

  it.each(Object.keys(schemas))('%s: texts of valid values pass', (name) => {
    const examples: Readonly<Record<string, readonly unknown[]>> = {
      scalars: [0, -12, null, true, false, 1.5, 1e21, -2.5e-7],
      strings: ['ab', 'äöü€', '😀😀', '\\"', '\n\t', '\u0001\u007f'],
      objects: [
        { age: 3 },
        { name: 'x', age: -1, tags: ['b "c"', null] },
        { age: 0, 'ä"\\': { x: [1, 'y'] } },
      ],
      'nothing required': [{}, { a: null }, { b: null }, { a: null, c: null }, { c: null }],
      'of one type': [{}, { x: true, '': false }],
      empty: [{}],
      pattern: ['a', '"\\\n', 'éabc'],
      'pattern within': ['x1', 'ab x9"'],
      choice: [null, [], -1.5],
      recursive: [
        { value: 1, next: null },
        { value: 1, next: { value: 2, next: { value: 3, next: null } } },
      ],
      tree: [[], [[]], [[[], []], []]],
      'typed values': ['a', 1],
      anything: [{ a: [1, { b: null }], '': '😀' }, 'x', [[[[]]]]],
    };
    const constraint = constraintOf(schemas[name]!);
    const validate = new Ajv({ strict: false }).compile(schemas[name]!);
    for (const value of examples[name]!) {
      const text = JSON.stringify(value);
      expect(validate(value), text).toBe(true);
      const state = constraint.stateAfter([...new TextEncoder().encode(text)]);
      expect(state !== undefined && constraint.accepts(state), text).toBe(true);
    }
  });

  it('refuses texts of other values', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['strings', '"a"'],
      ['strings', '"abcde"'],
      ['strings', '"\\ud83d\\ude00a"'],
      ['objects', '{}'],
      ['objects', '{"age":1,"name":"x"}'],
      ['objects', '{"age":1.5}'],
      ['objects', '{"age":1,}'],
      ['empty', '{"a":1}'],
      ['pattern', '"d"'],
      ['tree', '[[],[],[]]'],
      ['scalars', '01'],
      ['typed values', '1.5'],
    ];
    for (const [name, text] of wrong) {
      const constraint = constraintOf(schemas[name]!);
      const state = constraint.stateAfter([...new TextEncoder().encode(text)]);
      expect(state !== undefined && constraint.accepts(state), text).toBe(false);
    }
  });

  it('compiles many optional properties in proportion to their number', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`p${i}`, { type: 'integer' }]),
    );
    const constraint = constraintOf({ type: 'object', properties });
    const text = '{"p0":1,"p30":2, "p59": 3}';
    expect(constraint.accepts(constraint.stateAfter([...new TextEncoder().encode(text)])!)).toBe(
      true,
    );
  });

  it.each<[JsonSchema | boolean, string]>([
    [{ type: 'number', minimum: 3 }, '#: the keyword minimum is not supported'],
    [
      { type: 'object', properties: { a: { format: 'date' } } },
      '#/properties/a: the keyword format',
    ],
    [{ oneOf: [true] }, 'the keyword oneOf'],
    [{ $ref: 'https://example.org/x' }, 'must point into the schema'],
    [{ $ref: '#/$defs/x' }, 'there is no #/$defs/x'],
    [{ type: 'text' }, 'type must be one of null, boolean'],
    [{ anyOf: [] }, 'anyOf wants a list'],
    [{ enum: 3 }, 'enum wants a list'],
    [{ type: 'string', enum: [1] }, 'has no value of its type'],
    [{ type: 'string', minLength: -1 }, 'minLength wants a whole number'],
    [{ type: 'string', pattern: 'a', maxLength: 3 }, 'a pattern and a length'],
    [{ type: 'string', pattern: '(?=a)' }, 'looks around'],
    [{ type: 'array', minItems: 3, maxItems: 2 }, 'minItems above maxItems'],
    [{ type: 'object', required: ['a'] }, 'requires "a", which is not among its properties'],
    [{ $ref: '#', type: 'null' }, '$ref beside type is not supported'],
    [{ $ref: '#' }, 'allows no text'],
    [false, 'must be an object or true'],
  ])('%j is refused by name', (schema, message) => {
    expect(() => constraintOf(schema)).toThrow(message);
  });
});
