import { ByteWriter } from './bytes.ts';
import { type Expression, Local, TYPE_CODE, type ValueType } from './expression.ts';
import {
  FunctionBuilder,
  type FunctionHandle,
  type ParameterLocals,
  type Parameters,
} from './function-builder.ts';
import type { Target } from './target.ts';

/** A kernel's memory has at most 65,536 pages of 64 KiB: 4 GiB. */
export const MAXIMUM_PAGES = 65536;

interface FunctionEntry {
  parameters: readonly ValueType[];
  result: ValueType | 'void';
  export?: string;
  body: Uint8Array;
}

/** Builds a module that imports memory as `('m', 'm')` and exports functions. */
export class ModuleBuilder {
  private readonly functions: FunctionEntry[] = [];

  constructor(
    /** What the engine that runs the module offers. */
    readonly target: Target,
  ) {}

  /**
   * Adds a function without a result. `name` exports it; without a name only later functions of
   * the module can call it.
   *
   * @returns a handle for `FunctionBuilder.call`
   */
  function<const P extends Parameters>(
    name: string | undefined,
    parameters: P,
    write: (builder: FunctionBuilder, parameters: ParameterLocals<P>) => void,
  ): FunctionHandle<'void'> {
    return this.add(name, parameters, 'void', (builder, locals) => {
      write(builder, locals);
      return undefined;
    });
  }

  /** Adds a function that returns the expression its writer returns. */
  functionOf<const P extends Parameters, R extends ValueType>(
    name: string | undefined,
    parameters: P,
    result: R,
    write: (builder: FunctionBuilder, parameters: ParameterLocals<P>) => Expression<R>,
  ): FunctionHandle<R> {
    return this.add(name, parameters, result, write);
  }

  private add<P extends Parameters, R extends ValueType | 'void'>(
    name: string | undefined,
    parameters: P,
    result: R,
    write: (builder: FunctionBuilder, locals: ParameterLocals<P>) => Expression | undefined,
  ): FunctionHandle<R> {
    const types = Object.values(parameters);
    const builder = new FunctionBuilder(types, this.target.relaxedSimd);
    const locals = Object.fromEntries(
      Object.entries(parameters).map(([key, type], index) => [key, new Local(type, index)]),
    ) as unknown as ParameterLocals<P>;
    const value = write(builder, locals);
    const body = builder.finish(value);
    this.functions.push({ parameters: types, result, body, ...(name && { export: name }) });
    return { index: this.functions.length - 1, parameters: types, result };
  }

  /** The module's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, write: (inner: ByteWriter) => void) => {
      out.byte(id);
      out.sized(write);
    };
    section(1, (types) => {
      types.unsigned(this.functions.length);
      for (const { parameters, result } of this.functions) {
        types.byte(0x60);
        types.unsigned(parameters.length);
        for (const type of parameters) types.byte(TYPE_CODE[type]);
        types.bytes(result === 'void' ? [0] : [1, TYPE_CODE[result]]);
      }
    });
    section(2, (imports) => {
      imports.unsigned(1);
      imports.name('m');
      imports.name('m');
      // Flags: 1 = a maximum follows, 2 = shared. The import must not ask for less than it gets.
      imports.bytes([0x02, this.target.sharedMemory ? 0x03 : 0x01, 0]);
      imports.unsigned(MAXIMUM_PAGES);
    });
    section(3, (indices) => {
      indices.unsigned(this.functions.length);
      for (let index = 0; index < this.functions.length; index++) indices.unsigned(index);
    });
    section(7, (exports) => {
      const exported = this.functions.filter((entry) => entry.export !== undefined);
      exports.unsigned(exported.length);
      for (const entry of exported) {
        exports.name(entry.export!);
        exports.byte(0x00);
        exports.unsigned(this.functions.indexOf(entry));
      }
    });
    section(10, (bodies) => {
      bodies.unsigned(this.functions.length);
      for (const { body } of this.functions) {
        bodies.unsigned(body.length);
        bodies.bytes(body);
      }
    });
    return out.finish().slice();
  }
}
