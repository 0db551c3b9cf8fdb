import { TokenizerFileError } from './error.ts';
import { describe, Fields } from './fields.ts';

/** Builds a component from a value of the file; `path` says where it stands. */
export type ComponentParser<T> = (value: unknown, path: string) => T;

/** Builds one component from its fields; `parse` builds the components inside it. */
export type ComponentReader<T> = (fields: Fields, parse: ComponentParser<T>) => T;

/** Components inside components; more is no file that anybody wrote, or one that holds itself. */
export const MAX_DEPTH = 32;

/** The components of one kind, by their `type` in tokenizer.json. */
export class Registry<T> {
  private readonly kind: string;
  private readonly readers: ReadonlyMap<string, ComponentReader<T>>;
  private readonly types: readonly string[];

  /**
   * @param kind - Such as `decoder`.
   * @param readers - How to build each type.
   * @param types - Further types that are supported, where `readers` has only those that a file names.
   */
  constructor(
    kind: string,
    readers: Readonly<Record<string, ComponentReader<T>>>,
    types: readonly string[] = [],
  ) {
    this.kind = kind;
    this.readers = new Map(Object.entries(readers));
    this.types = [...new Set([...types, ...this.readers.keys()])].sort();
  }

  /**
   * Builds a component.
   *
   * @param value - The object from the file.
   * @param path - Where it stands, for messages.
   * @throws TokenizerFileError if the type is not supported, a field is wrong, or components are
   *   nested too deeply.
   */
  parse(value: unknown, path: string): T {
    return this.parseAt(value, path, 0);
  }

  private parseAt(value: unknown, path: string, depth: number): T {
    if (depth > MAX_DEPTH) {
      throw new TokenizerFileError(
        `${path}: the ${this.kind} stands inside ${depth} others, at most ${MAX_DEPTH} are supported`,
      );
    }
    const fields = new Fields(value, path);
    const type = fields.raw('type');
    const read = typeof type === 'string' ? this.readers.get(type) : undefined;
    if (read === undefined) {
      throw new TokenizerFileError(
        `${path}: the ${this.kind} ${describe(type)} is not supported; supported are ${this.types.join(', ')}`,
      );
    }
    try {
      const component = read(fields, (part, where) => this.parseAt(part, where, depth + 1));
      fields.finish();
      return component;
    } catch (error) {
      // Constructors know what is wrong, but not where in the file it stands.
      if (error instanceof TokenizerFileError || !(error instanceof Error)) throw error;
      throw new TokenizerFileError(`${path}: ${error.message}`, { cause: error });
    }
  }
}

/** Builds the components that a field of another one lists. */
export function parseList<T>(fields: Fields, name: string, parse: ComponentParser<T>): T[] {
  return fields.list(name).map((value, index) => parse(value, `${fields.path}.${name}[${index}]`));
}
