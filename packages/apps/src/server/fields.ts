import { ApiError } from './api-error.ts';

/** A request's body: fields that are read by name, so that one nobody reads is refused. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** @throws ApiError unless it is an object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new ApiError(400, 'the body wants to be a JSON object');
    }
    this.#values = body as Record<string, unknown>;
  }

  /** A field as it is; undefined where it is absent or null. */
  any(name: string): unknown {
    this.#read.add(name);
    return this.#values[name] ?? undefined;
  }

  /** A text. */
  text(name: string): string | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new ApiError(400, `${name} wants a text`, name);
  }

  /** True or false. */
  flag(name: string): boolean | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw new ApiError(400, `${name} wants true or false`, name);
  }

  /** A number in a range. */
  number(name: string, least: number, most: number): number | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw new ApiError(400, `${name} wants a number from ${least} to ${most}`, name);
  }

  /** A whole number in a range. */
  count(name: string, least: number, most: number): number | undefined {
    const value = this.number(name, least, most);
    if (value === undefined || Number.isInteger(value)) return value;
    throw new ApiError(400, `${name} wants a whole number`, name);
  }

  /** Takes a field that has no effect here, if its value asks for none. */
  without(name: string, ...harmless: readonly unknown[]): void {
    const value = this.any(name);
    if (value === undefined || harmless.includes(value)) return;
    throw new ApiError(400, `${name} is not supported here; leave it out`, name);
  }

  /** @throws ApiError naming a field that was not read: it would be ignored */
  end(): void {
    const unknown = Object.keys(this.#values).find((name) => !this.#read.has(name));
    if (unknown) throw new ApiError(400, `unknown field ${JSON.stringify(unknown)}`, unknown);
  }
}
