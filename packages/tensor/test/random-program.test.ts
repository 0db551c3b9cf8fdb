import fc from 'fast-check';
import { describe, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { decode, encode } from '../src/dtype.ts';
import type { Node } from '../src/graph.ts';
import { leaf } from '../src/graph.ts';
import * as leaves from '../src/ops/leaf.ts';
import { evaluate } from '../src/reference/index.ts';
import { sizeOf } from '../src/shape.ts';
import {
  buildProgram,
  expectClose,
  operationCount,
  type RandomProgram,
} from '../src/testing/index.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

const runs = process.env.LLM_TEST_FULL ? 2000 : 150;

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
const step = fc.record({
  operation: fc.nat(operationCount - 1),
  first: fc.nat(40),
  second: fc.nat(40),
  choice: fc.nat(11),
});
const programs: fc.Arbitrary<RandomProgram> = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  outputs: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
});

const valuesOf = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) =>
    Math.fround(Math.sin((i + 1) * 78.233 + seed * 12.9898) * 0.9),
  );

/** Inputs that are leaves of a graph, differentiable, with the given values. */
function inputsOf(program: RandomProgram, seed: number): Node[] {
  return program.shapes.map((dimensions, i) =>
    leaf(
      leaves.data,
      { bytes: encode('f32', valuesOf(sizeOf(dimensions), seed + i)) },
      { shape: dimensions, dtype: 'f32' },
      { differentiable: true },
    ),
  );
}

function check(what: string, got: readonly ArrayLike<number>[], nodes: readonly Node[]): void {
  const want = evaluate(nodes);
  nodes.forEach((node, i) => {
    // Sums of up to 600 terms, through chains whose gradients are of the order of one.
    const tolerance = { dtypes: [node.dtype], terms: 4000, termSize: 1 };
    expectClose(`${what}: value ${i}`, got[i]!, want[i]!, tolerance);
  });
}

async function eager(device: BackendDevice, nodes: readonly Node[]): Promise<ArrayLike<number>[]> {
  await device.realize(nodes);
  return Promise.all(
    nodes.map(async ({ storage, shape: dimensions }) =>
      decode('f32', await device.read(storage!, 4 * sizeOf(dimensions)), sizeOf(dimensions)),
    ),
  );
}

describe.each([
  ['fused', true],
  ['unfused', false],
] as const)('random programs, %s', (_name, fusion) => {
  const device = new BackendDevice(new InterpreterBackend(), { fusion });

  it('agree with the oracle when run at once', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const wanted = buildProgram(program, inputsOf(program, 1));
        check('eager', await eager(device, buildProgram(program, inputsOf(program, 1))), wanted);
      }),
      { numRuns: runs },
    );
  });

  it('agree with the oracle when compiled and replayed with other inputs', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const traced = inputsOf(program, 0);
        const outputs = buildProgram(program, traced);
        const compiled = device.compile({ outputs, assigns: [] });
        for (const seed of [3, 4]) {
          const inputs = inputsOf(program, seed);
          const storages = new Map(
            traced.map((node, i) => [
              node,
              device.upload((inputs[i]!.attributes as { bytes: Uint8Array }).bytes, 'input'),
            ]),
          );
          const run = compiled.run({ storage: (node) => storages.get(node)!, scalar: () => 0 });
          await run.done;
          const got = await Promise.all(
            run.outputs.map(async (storage, i) => {
              const size = sizeOf(outputs[i]!.shape);
              return decode('f32', await device.read(storage, 4 * size), size);
            }),
          );
          check(`replay ${seed}`, got, buildProgram(program, inputs));
        }
      }),
      { numRuns: runs },
    );
  });
});
