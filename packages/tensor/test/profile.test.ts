import { beforeAll, describe, expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { tensor, zeros } from '../src/creation.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { Profile } from '../src/profile.ts';
import { profile } from '../src/profile-function.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

/** A device that measures nothing. */
class BlindBackend extends InterpreterBackend {
  override async profile(): Promise<never[]> {
    return [];
  }
}

beforeAll(() => {
  // Its kernels take 1 ms, 2 ms, … in order.
  registerDevice('interpreter', async () => new BackendDevice(new InterpreterBackend()));
  registerDevice('blind', async () => new BackendDevice(new BlindBackend()));
  setDefaultDevice('interpreter');
});

describe('profile', () => {
  const product = (a: Tensor, b: Tensor) => a.matmul(b).softmax();
  const operands = () => [zeros([4, 8]), zeros([8, 16])] as const;

  it('tells time and work of every kernel', async () => {
    const result = await profile(product, ...operands());
    expect(result.kernels.map(({ kind, milliseconds }) => [kind, milliseconds])).toEqual([
      ['matmul', 1],
      ['loop', 2],
    ]);
    expect(result.kernels[0]).toMatchObject({
      bytes: 4 * (4 * 8 + 8 * 16 + 4 * 16),
      operations: 2 * 4 * 8 * 16,
    });
    expect(result.milliseconds).toBe(3);
  });

  it('prints the slowest first, with shares and rates', () => {
    const kernel = { scope: 'decoder', kind: 'loop', operations: 0 } as const;
    const text = new Profile([
      { ...kernel, name: 'quick', milliseconds: 1, bytes: 2e6 },
      { ...kernel, name: 'slow', milliseconds: 3, bytes: 6e6, operations: 9e9 },
    ]).toString();
    expect(text.split('\n')).toEqual([
      'share   time      moves   memory    arithmetic      kind  kernel  scope',
      '75.0 %  3.000 ms  6.0 MB  2.0 GB/s  3000.0 GFLOP/s  loop  slow    decoder',
      '25.0 %  1.000 ms  2.0 MB  2.0 GB/s  –               loop  quick   decoder',
      '',
      '2 kernels, 4.000 ms',
    ]);
  });

  it('writes a trace, in microseconds', async () => {
    const trace = JSON.parse((await profile(product, ...operands())).toChromeTrace());
    expect(trace.traceEvents).toMatchObject([
      { cat: 'matmul', ph: 'X', ts: 0, dur: 1000 },
      { cat: 'loop', ph: 'X', ts: 1000, dur: 2000 },
    ]);
  });

  it('has the effects of a call', async () => {
    const total = new Variable(tensor([1, 2]));
    const step = compile((x: Tensor) => {
      total.assign(total.add(x));
      return total.sum();
    });
    await step.profile(tensor([1, 1]));
    expect(await total.toArray()).toEqual([2, 3]);
    expect(await (await step(tensor([1, 1]))).item()).toBe(7);
  });

  it('says so where a device does not measure', async () => {
    setDefaultDevice('blind');
    await expect(profile((x: Tensor) => x.add(1), zeros([3]))).rejects.toThrow(
      'profile: the device gives times of 0 kernels, want 1',
    );
    setDefaultDevice('interpreter');
  });
});
