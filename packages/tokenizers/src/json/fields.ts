import { TokenizerFileError } from './error.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A number that is written with a decimal point, as serde_json writes floats: 0.0, not 0. */
export class JsonFloat {
  /** @param value - The number. */
  constructor(readonly value: number) {}

  /** Its text in JSON. */
  toString(): string {
    return Number.isInteger(this.value) && Math.abs(this.value) < 1e16
      ? `${Object.is(this.value, -0) ? '-0' : this.value}.0`
      : String(this.value).replace('e+', 'e');
  }
}

/** A JSON object to be written; maps keep their order, where an object would move numeric keys. */
export type JsonWritable =
  | null
  | boolean
  | number
  | string
  | JsonFloat
  | readonly JsonWritable[]
  | ReadonlyMap<string, JsonWritable>
  | { readonly [key: string]: JsonWritable };

/**
 * Reads the fields of one object of a JSON file with checks, and remembers which were read: a field
 * that nobody read would have changed the result in the program that wrote it.
 */
export class Fields {
  /** Where the object stands in the file, such as `tokenizer.json: model`. */
  readonly path: string;
  private readonly object: Readonly<Record<string, unknown>>;
  private readonly asked = new Set<string>();
  private allAsked = false;

  /** @param value - The object. @param path - Where it stands. @throws TokenizerFileError if it is no object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TokenizerFileError(`${path}: got ${describe(value)}, wants an object`);
    }
    this.path = path;
    this.object = value as Record<string, unknown>;
  }

  /** The raw value, or undefined; only own properties count. */
  raw(name: string): unknown {
    this.asked.add(name);
    return Object.hasOwn(this.object, name) ? this.object[name] : undefined;
  }

  /** A string. */
  string(name: string): string {
    return this.expect(name, 'a string', (value) => typeof value === 'string') as string;
  }

  /** A string, or undefined if it is null or absent. */
  optionalString(name: string): string | undefined {
    return this.raw(name) == null ? undefined : this.string(name);
  }

  /** A boolean; `fallback` if it is null or absent, an error where there is no fallback. */
  boolean(name: string, fallback?: boolean): boolean {
    if (fallback !== undefined && this.raw(name) == null) return fallback;
    return this.expect(name, 'true or false', (value) => typeof value === 'boolean') as boolean;
  }

  /** An integer from 0 to 2^32 - 1: ids, type ids, counts. */
  integer(name: string): number {
    return this.expect(name, 'an integer from 0 to 4294967295', isId) as number;
  }

  /** An integer, or `fallback` if it is null or absent. */
  optionalInteger<T>(name: string, fallback: T): number | T {
    return this.raw(name) == null ? fallback : this.integer(name);
  }

  /** One of several strings; `fallback` if it is null or absent, an error where there is none. */
  oneOf<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    if (fallback !== undefined && this.raw(name) == null) return fallback;
    const wanted = `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
    return this.expect(name, wanted, (value) => choices.includes(value as T)) as T;
  }

  /** A string of one character (one code point). */
  character(name: string): string {
    const isCharacter = (value: unknown) => typeof value === 'string' && [...value].length === 1;
    return this.expect(name, 'one character', isCharacter) as string;
  }

  /** A list. */
  list(name: string): unknown[] {
    return this.expect(name, 'a list', Array.isArray) as unknown[];
  }

  /** An object, for reading its fields. */
  fields(name: string): Fields {
    return new Fields(this.raw(name), `${this.path}.${name}`);
  }

  /** Own keys and values, all of them counting as read: for objects whose keys are free text. */
  entries(): [string, unknown][] {
    this.allAsked = true;
    return Object.entries(this.object);
  }

  /** {@link entries} one by one: vocabularies have hundreds of thousands. */
  forEach(visit: (name: string, value: unknown) => void): void {
    this.allAsked = true;
    for (const name of Object.keys(this.object)) visit(name, this.object[name]);
  }

  /** @throws TokenizerFileError if a field was never asked for. */
  finish(): void {
    if (this.allAsked) return;
    const name = Object.keys(this.object).find((key) => !this.asked.has(key));
    if (name !== undefined) {
      throw new TokenizerFileError(
        `${this.path}: the field ${JSON.stringify(name)} is not supported`,
      );
    }
  }

  private expect(name: string, wanted: string, test: (value: unknown) => boolean): unknown {
    const value = this.raw(name);
    if (test(value)) return value;
    throw new TokenizerFileError(`${this.path}.${name}: got ${describe(value)}, wants ${wanted}`);
  }
}

/** True for an integer that fits the 32 bits of an id. */
export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

/** A value in a message: short, with its type visible. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  let text: string;
  try {
    text = JSON.stringify(value) ?? typeof value;
  } catch {
    // Too deep, or it holds itself.
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
