import { TokenizerFileError } from './error.ts';
import { describe, Fields } from './fields.ts';

/** Builds one component from its fields; `parse` builds the components inside it. */
export type ComponentReader<T> = (fields: Fields, parse: (value: unknown, path: string) => T) => T;

/** The components of one kind, by their `type` in tokenizer.json. */
export class Registry<T> {
  private readonly kind: string;
  private readonly readers: ReadonlyMap<string, ComponentReader<T>>;

  /** @param kind - Such as `decoder`. @param readers - How to build each type. */
  constructor(kind: string, readers: Readonly<Record<string, ComponentReader<T>>>) {
    this.kind = kind;
    this.readers = new Map(Object.entries(readers));
  }

  /** The types that can be read. */
  get types(): string[] {
    return [...this.readers.keys()];
  }

  /**
   * Builds a component.
   *
   * @param value - The object from the file.
   * @param path - Where it stands, for messages.
   * @throws TokenizerFileError naming the type if it is not supported, or the field that is wrong.
   */
  parse = (value: unknown, path: string): T => {
    const fields = new Fields(value, path);
    const type = fields.raw('type');
    const read = typeof type === 'string' ? this.readers.get(type) : undefined;
    if (read === undefined) {
      throw new TokenizerFileError(
        `${path}: the ${this.kind} ${describe(type)} is not supported; supported are ${this.types.join(', ')}`,
      );
    }
    try {
      const component = read(fields, this.parse);
      fields.finish();
      return component;
    } catch (error) {
      // Constructors know what is wrong, but not where in the file it stands.
      if (error instanceof TokenizerFileError || !(error instanceof Error)) throw error;
      throw new TokenizerFileError(`${path}: ${error.message}`, { cause: error });
    }
  };
}
