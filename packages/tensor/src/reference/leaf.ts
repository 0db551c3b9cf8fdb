import { decode } from '../dtype.ts';
import type { Spec } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import type { Rule } from './operand.ts';

const unknown =
  (what: string): Rule<unknown> =>
  () => {
    throw new Error(
      `reference: the value of ${what} is not in the graph; give it in options.values`,
    );
  };

/** Rules of the nodes without inputs. */
export const leafRules = {
  data: ((_, { bytes }, [out]) =>
    Float64Array.from(decode(out!.dtype, bytes, sizeOf(out!.shape)))) as Rule<{
    bytes: Uint8Array;
  }>,
  scalar: ((_, { value }) => Float64Array.of(value)) as Rule<{ value: number }>,
  input: unknown('an input'),
  variable: unknown('a variable'),
  full: ((_, { value, spec }) => new Float64Array(sizeOf(spec.shape)).fill(value)) as Rule<{
    value: number;
    spec: Spec;
  }>,
  iota: ((_, { length }) => Float64Array.from({ length }, (_, i) => i)) as Rule<{ length: number }>,
};
