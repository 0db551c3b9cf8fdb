import type { Backend } from '../backend/interface.ts';
import { BackendDevice } from '../backend-device.ts';
import { decode, storedBytes } from '../dtype.ts';
import { sizeOf } from '../shape.ts';
import type { Evaluator } from './check-case.ts';

/** Evaluates by the whole compiler on a backend, with or without fusion. */
export function evaluatorOf(backend: Backend, options: { fusion?: boolean } = {}): Evaluator {
  const device = new BackendDevice(backend, options);
  return async (nodes) => {
    await device.realize(nodes);
    return Promise.all(
      nodes.map(async ({ storage, dtype, shape }) => {
        const count = sizeOf(shape);
        const bytes = await device.read(storage!, storedBytes(dtype, count));
        return decode(dtype, bytes, count);
      }),
    );
  };
}
