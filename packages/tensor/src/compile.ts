/**
 * Functions traced once per signature and then replayed.
 *
 * @module
 */
import { getDevice, type PlanMemory } from './device.ts';
import { structuralKey } from './key.ts';
import { checkOptions } from './ops/options.ts';
import { Profile } from './profile.ts';
import { withRoom } from './runtime.ts';
import { Tensor } from './tensor.ts';
import { type TracedGraph, TracedProgram } from './traced-program.ts';
import { isPlain } from './tree.ts';

/** Options of `compile`. */
export interface CompileOptions {
  /** Signatures kept; the one not used for longest is dropped. Default 16. */
  readonly cacheSize?: number;
}

/** A compiled function. */
export interface Compiled<Arguments extends unknown[], Result> {
  (...args: Arguments): Promise<Result>;
  /** What runs for these arguments: kernels, bytes moved, operations, memory. */
  explain(...args: Arguments): Promise<string>;
  /** Bytes that a call with these arguments will take, which is not run. */
  memory(...args: Arguments): Promise<PlanMemory>;
  /** Calls it, and tells what each kernel took; its result is dropped. */
  profile(...args: Arguments): Promise<Profile>;
  /**
   * What a call with these arguments would compute from the present values of variables, unfused, for
   * `firstNonFinite` of `@llm/tensor/reference`.
   */
  trace(...args: Arguments): Promise<TracedGraph>;
  /** Number of traces so far. */
  readonly traces: number;
  /** Frees what the compiled plans hold. */
  dispose(): void;
}

const warnAfter = 8;

/**
 * Compiles a function of tensors: it is called once per signature (shapes and dtypes of the tensors, and the
 * other arguments but numbers) to record what it does, and replayed from then on without running its
 * JavaScript. Numbers among the arguments become inputs; numbers captured from outside stay what they were at
 * the first call, so a rate that changes belongs in a `Variable` or an argument. Variables that it assigns are
 * updated in place.
 *
 * @throws Error at the first call if the function reads a tensor's values or returns a promise.
 */
export function compile<Arguments extends unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions = {},
): Compiled<Arguments, Result> {
  checkOptions('compile', options, ['cacheSize']);
  const { cacheSize = 16 } = options;
  if (!Number.isInteger(cacheSize) || cacheSize < 1) {
    throw new RangeError(`compile: cacheSize must be a whole number above 0: got ${cacheSize}`);
  }
  const programs: { signature: string; program: TracedProgram }[] = [];
  let traces = 0;

  const find = async (args: Arguments): Promise<TracedProgram> => {
    const device = await getDevice();
    const signature = signatureOf(args);
    const index = programs.findIndex(
      ({ signature: known, program }) =>
        known === signature && program.device === device && program.holds() && !program.device.lost,
    );
    if (index >= 0) {
      if (index > 0) programs.unshift(...programs.splice(index, 1));
      return programs[0]!.program;
    }
    traces++;
    if (traces === warnAfter + 1) {
      console.warn(
        `compile: traced ${traces} times; the newest signature is ${signature}. Pad shapes to a few sizes, or pass what changes as numbers or tensors.`,
      );
    }
    const made = withRoom(device, () => new TracedProgram(device, fn, args));
    // Awaited only if it must be, so that of two calls at once the second finds what the first made.
    const program = made instanceof Promise ? await made : made;
    programs.unshift({ signature, program });
    if (programs.length > cacheSize) programs.pop()!.program.dispose();
    return program;
  };

  const call = async (...args: Arguments): Promise<Result> => {
    const program = await find(args);
    await program.prepare(args);
    const result = await withRoom(program.device, () => ({ value: program.run(args) as Result }));
    await program.device.relieve(false);
    return result.value;
  };
  const compiled = Object.assign(call, {
    trace: async (...args: Arguments) => {
      const program = await find(args);
      await program.prepare(args);
      return program.traced(args);
    },
    explain: async (...args: Arguments) => (await find(args)).explain(),
    memory: async (...args: Arguments) => (await find(args)).memory(),
    profile: async (...args: Arguments) => {
      const program = await find(args);
      await program.prepare(args);
      const { kernels } = await withRoom(program.device, () => program.profile(args));
      return new Profile(await kernels);
    },
    dispose: () => {
      for (const { program } of programs.splice(0)) program.dispose();
    },
  });
  return Object.defineProperty(compiled, 'traces', { get: () => traces }) as typeof compiled & {
    readonly traces: number;
  };
}

function signatureOf(args: readonly unknown[]): string {
  return structuralKey(args.map(describeArgument));
}

function describeArgument(value: unknown): unknown {
  if (value instanceof Tensor) return `${value.dtype}[${value.shape.join(',')}]`;
  if (typeof value === 'number') return 'number';
  if (Array.isArray(value)) return value.map(describeArgument);
  if (isPlain(value)) {
    return Object.fromEntries(Object.keys(value).map((key) => [key, describeArgument(value[key])]));
  }
  if (value instanceof Promise)
    throw new TypeError('compile: got a promise; await it and pass the value');
  if (typeof value === 'bigint' || typeof value === 'symbol')
    throw new TypeError(`compile: got a ${typeof value}; pass a number or a string`);
  if (typeof value === 'object' && value !== null) {
    throw new TypeError(
      `compile: arguments are tensors, numbers, strings, booleans, arrays and plain objects: got ${value.constructor.name}; capture it from outside instead`,
    );
  }
  if (typeof value === 'function')
    throw new TypeError('compile: a function cannot be an argument; capture it from outside');
  return value;
}
