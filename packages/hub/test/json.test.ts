import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidJsonError, parseJson } from '../src/index.ts';
import { JsonSyntaxError, scanJson } from '../src/json-scanner.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseJson', () => {
  it('parses', () => {
    expect(parseJson(bytes('{"a": [1, "\\u00e9", null]}'), 'config.json')).toEqual({
      a: [1, 'é', null],
    });
  });

  it.each([
    [
      '{\n  "a": 1,\n  "b" 2\n}',
      'config.json: not valid JSON: expected ":" after a key at line 3, column 7',
    ],
    ['', 'config.json: not valid JSON: the text ends too early at line 1, column 1'],
    ['{"a": 01}', 'line 1, column 8'],
    ['{"a": "x', 'a string that is not closed at line 1, column 7'],
    ['\ufeff{}', 'line 1, column 1'],
    ['{"a": {"__proto__": {}}}', 'the key "__proto__" is not allowed'],
    ['[{"\\u005f_proto__": 1}]', 'the key "__proto__" is not allowed'],
  ])('refuses %j', (text, message) => {
    expect(() => parseJson(bytes(text), 'config.json')).toThrow(message);
    expect(() => parseJson(bytes(text), 'config.json')).toThrow(InvalidJsonError);
  });

  it('refuses bytes that are not UTF-8, and unknown options', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'x.json')).toThrow(
      'x.json: not valid UTF-8',
    );
    expect(() => parseJson(bytes('1'), 'x.json', { strict: true } as object)).toThrow(
      'unknown option',
    );
  });

  it('keeps __proto__ as an own property where asked', () => {
    const value = parseJson(bytes('{"__proto__": {"x": 1}}'), 'v.json', { protoKeys: 'keep' });
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { x?: number }).x).toBeUndefined();
  });

  it('walks deep values without running out of stack', () => {
    const deep = `${'['.repeat(200_000)}{"__proto__":1}${']'.repeat(200_000)}`;
    expect(() => parseJson(bytes(deep), 'deep.json')).toThrow('not allowed');
  });
});

describe('scanJson', () => {
  /** A scanned value as JSON.parse would give it. */
  const plain = (value: ReturnType<typeof scanJson>): unknown => {
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
    if (Array.isArray(value)) return value.map(plain);
    return value !== null && typeof value === 'object' ? Number(value.source) : value;
  };
  const withMaps = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withMaps);
    if (typeof value !== 'object' || value === null) return value;
    return new Map(Object.entries(value).map(([key, item]) => [key, withMaps(item)]));
  };

  it('agrees with JSON.parse on valid JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plain(scanJson(text))).toEqual(withMaps(JSON.parse(text)));
      }),
    );
  });

  it('agrees with JSON.parse on what is not JSON', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '1',
      '-',
      '.',
      'e',
      'true',
      'nul',
      '\\',
      ' ',
      '\u0001',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const accepts = (parse: (text: string) => unknown) => {
          try {
            parse(text);
            return true;
          } catch (error) {
            return error instanceof JsonSyntaxError && error.duplicateKey;
          }
        };
        expect(accepts(scanJson)).toBe(accepts(JSON.parse));
      }),
      { numRuns: 5000 },
    );
  });
});
