/** Fields of a protocol-buffers message, in order, as TensorBoard's events need them. */
export class ProtobufWriter {
  readonly #bytes: number[] = [];

  /** A whole number, not negative (wire type 0). */
  varint(field: number, value: number): this {
    this.#key(field, 0);
    this.#number(value);
    return this;
  }

  /** A number of 64 bits (wire type 1). */
  double(field: number, value: number): this {
    this.#key(field, 1);
    return this.#raw(new Uint8Array(new Float64Array([value]).buffer));
  }

  /** A number of 32 bits (wire type 5). */
  float(field: number, value: number): this {
    this.#key(field, 5);
    return this.#raw(new Uint8Array(new Float32Array([value]).buffer));
  }

  /** Text, or a message (wire type 2). */
  bytes(field: number, value: string | ProtobufWriter): this {
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value.finish();
    this.#key(field, 2);
    this.#number(content.length);
    return this.#raw(content);
  }

  /** The message. */
  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #key(field: number, type: number): void {
    this.#number(field * 8 + type);
  }

  #number(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) + 128);
    this.#bytes.push(rest);
  }

  #raw(content: Uint8Array): this {
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }
}
