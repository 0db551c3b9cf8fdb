import fc from 'fast-check';
import { describe, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { decode } from '../src/dtype.ts';
import type { Node } from '../src/graph.ts';
import { sizeOf } from '../src/shape.ts';
import { buildProgram } from '../src/testing/index.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';
import { checkProgram, inputsOf, programRuns, programs } from './support/random-programs.ts';

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
        checkProgram(
          'eager',
          await eager(device, buildProgram(program, inputsOf(program, 1))),
          wanted,
        );
      }),
      { numRuns: programRuns },
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
          checkProgram(`replay ${seed}`, got, buildProgram(program, inputs));
        }
      }),
      { numRuns: programRuns },
    );
  });
});
