import type {
  Expression,
  FunctionBuilder,
  FunctionHandle,
  ModuleBuilder,
  ParameterLocals,
  Parameters,
  ValueType,
} from '../wasm/index.ts';

/** The functions a kernel's module shares: the long mathematical ones, written once and called. */
export class Library {
  readonly #functions = new Map<string, FunctionHandle>();

  constructor(readonly module: ModuleBuilder) {}

  /** The function called `name`, written on its first use. */
  function<const P extends Parameters, R extends ValueType>(
    name: string,
    parameters: P,
    result: R,
    write: (f: FunctionBuilder, parameters: ParameterLocals<P>) => Expression<R>,
  ): FunctionHandle<R> {
    let handle = this.#functions.get(name) as FunctionHandle<R> | undefined;
    if (!handle) {
      handle = this.module.functionOf(undefined, parameters, result, write);
      this.#functions.set(name, handle);
    }
    return handle;
  }
}
