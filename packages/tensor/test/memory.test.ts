import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackendBuffer } from '../src/backend/interface.ts';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { tensor, zeros } from '../src/creation.ts';
import { getDevice, registerDevice, setDefaultDevice } from '../src/device.ts';
import { layerNorm, softmax } from '../src/functional/normalization.ts';
import { withScope } from '../src/graph.ts';
import { setPendingBudget } from '../src/pending.ts';
import { realize } from '../src/realize.ts';
import { scope } from '../src/scope.ts';
import type { Tensor } from '../src/tensor.ts';
import { expectNoMoreBuffers, trainWithoutDispose } from '../src/testing/index.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

const steps = process.env.LLM_TEST_FULL ? 2000 : 400;

/** An interpreter with little memory. */
class SmallBackend extends InterpreterBackend {
  limit = Number.POSITIVE_INFINITY;

  override allocate(bytes: number, label: string): BackendBuffer {
    if (this.memory().buffers >= this.limit) {
      throw Object.assign(new Error(`no memory for ${label}`), { name: 'OutOfMemoryError' });
    }
    return super.allocate(bytes);
  }
}

const backend = new SmallBackend();
registerDevice(
  'interpreter',
  async () => new BackendDevice(backend, { collectAfter: { buffers: 100, bytes: 1e9 } }),
);
setDefaultDevice('interpreter');

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
beforeEach(() => warn.mockClear());
afterEach(() => {
  backend.limit = Number.POSITIVE_INFINITY;
});

describe('a loop that disposes of nothing', () => {
  it('stays flat', async () => {
    const { buffers, loss } = await trainWithoutDispose(backend, steps, () => {});
    expect(loss).toBeLessThan(1e-6);
    expect(buffers.late).toBeLessThan(buffers.early + 150);
    expect(warn).not.toHaveBeenCalled();
  });

  it('computes no part of a definition again with the next value', async () => {
    const weight = new Variable(tensor([1, 2, 3, 4], [2, 2]));
    const results = await Promise.all(
      [1, 2].map(async (factor) => {
        const hidden = layerNorm(weight.mul(factor), [2]);
        const result = softmax(layerNorm(hidden.add(hidden.square()), [2]), -1).sum();
        await result.realize();
        return result;
      }),
    );
    const device = (await getDevice()) as BackendDevice;
    const realizing = vi.spyOn(device, 'realize');
    await zeros([3]).add(1).data();
    expect(realizing.mock.calls.map(([nodes]) => nodes.length)).toEqual([1]);
    realizing.mockRestore();
    expect(results).toHaveLength(2); // alive until here, and so is what they were computed from
  });

  it('stays flat with a running sum that gradients could flow through, and warns once', async () => {
    const before = setPendingBudget({ steps: 20 });
    let sum = 0;
    await trainWithoutDispose(backend, steps, async (loss) => {
      sum += await loss.item();
    });
    let total: Tensor = zeros([]);
    const { buffers } = await trainWithoutDispose(backend, steps, (loss) => {
      total = total.add(loss);
    });
    expect(await total.item()).toBeCloseTo(sum, 4);
    expect(buffers.late).toBeLessThan(buffers.early + 150);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatch(
      /'add' reaches back .*loss\.detach\(\).*memory\.test\.ts/,
    );
    expect(() => total.backward()).toThrow(/history of add was let go.*setPendingBudget/);
    setPendingBudget(before);
  });

  it('computes a detached running sum along with each step', async () => {
    let total: Tensor = zeros([]);
    const { buffers } = await trainWithoutDispose(backend, steps, (loss) => {
      total = total.add(loss.detach());
    });
    expect(buffers.late).toBeLessThan(buffers.early + 150);
    expect(await total.item()).toBeGreaterThan(0);
    expect(warn).not.toHaveBeenCalled();
  });

  it('leaves nothing behind', async () => {
    await dropPlans();
    const before = backend.memory().buffers;
    await trainWithoutDispose(backend, 20, () => {});
    expect(backend.memory().buffers).toBeGreaterThan(before);
    await realize(tensor([0]).add(1)); // of variables with a pending version, none is left
    await dropPlans();
    await expectNoMoreBuffers(backend, before);
  });
});

it('submits a chain that grows without a read', async () => {
  const before = setPendingBudget({ nodes: 50 });
  await realize(tensor([1]).add(1)); // the device is there from now on
  const runs = backend.runs;
  let x: Tensor = tensor([0]);
  for (let i = 0; i < 170; i++) x = x.add(1);
  expect(backend.runs).toBe(runs + 3);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/more than 50 operations .*memory\.test\.ts/);
  expect([...(await x.data())]).toEqual([170]);
  setPendingBudget(before);
  expect(() => setPendingBudget({ node: 5 } as never)).toThrow(/unknown option 'node'/);
  expect(() => setPendingBudget({ steps: 0 })).toThrow(/steps must be at least 2: got 0/);
});

describe('dispose', () => {
  it('frees the buffer at once, and the tensor cannot be used any more', async () => {
    const x = await tensor([1, 2]).add(1).realize();
    const before = backend.memory().buffers;
    const waiting = x.mul(2);
    x.dispose();
    x.dispose();
    expect(backend.memory().buffers).toBe(before - 1);
    expect(() => x.data()).toThrow(/the tensor was disposed/);
    expect(() => x.add(1)).toThrow(/the tensor was disposed/);
    expect(String(x)).toBe('Tensor f32[2] (disposed)');
    await expect(waiting.data()).rejects.toThrow(/made from was disposed: add, f32\[2\]/);
  });

  it('ends with a using block', async () => {
    const before = backend.memory().buffers;
    {
      using x = await tensor([1, 2]).exp().realize();
      expect(backend.memory().buffers).toBeGreaterThan(before);
      expect(x.size).toBe(2);
    }
    expect(backend.memory().buffers).toBe(before + 1); // the argument of exp
  });

  it('keeps memory that another tensor shares until that is disposed of too', async () => {
    const x = await tensor([1, 2]).add(0.5).realize();
    const same = await compile((y: Tensor) => y)(x);
    const before = backend.memory().buffers;
    x.dispose();
    expect(await same.toArray()).toEqual([1.5, 2.5]);
    same.dispose();
    expect(backend.memory().buffers).toBe(before - 1);
  });

  it('lets a value be computed again where gradients kept how', async () => {
    const v = new Variable(tensor([1, 2]));
    const y = v.square();
    await realize(y);
    const loss = y.sum();
    y.dispose();
    expect(await loss.item()).toBe(5);
  });

  it('is refused where a compiled function is traced', async () => {
    await expect(compile((x: Tensor) => x.dispose())(tensor([1]))).rejects.toThrow(/dispose: /);
  });
});

describe('scope', () => {
  it('frees what was computed inside, and keeps what it returns and what variables hold', async () => {
    const outside = tensor([1, 2, 3]);
    const v = new Variable(tensor([1, 1, 1]));
    await realize(v);
    const before = backend.memory().buffers;
    let inner: Tensor | undefined;
    const { kept } = await scope(async () => {
      inner = outside.mul(2);
      await inner.data();
      v.assign(inner.add(1));
      await realize(v);
      return { kept: inner.sum() };
    });
    expect(await kept.item()).toBe(12);
    expect(await v.toArray()).toEqual([3, 5, 7]);
    expect(await outside.toArray()).toEqual([1, 2, 3]);
    await expect(inner!.data()).rejects.toThrow(/disposed/);
    expect(backend.memory().buffers).toBeLessThanOrEqual(before + 3); // outside, kept, v
  });

  it('frees what was computed when it fails', async () => {
    const x = await tensor([1]).add(1).realize();
    const before = backend.memory().buffers;
    const failing = scope(async () => {
      await x.mul(3).data();
      throw new Error('no luck');
    });
    await expect(failing).rejects.toThrow('no luck');
    expect(backend.memory().buffers).toBe(before);
  });

  it('may be nested', async () => {
    const x = await tensor([1]).add(1).realize();
    const before = backend.memory().buffers;
    const value = await scope(async () => {
      const inner = await scope(() => x.mul(3));
      return (await inner.item()) + 1;
    });
    expect(value).toBe(7);
    expect(backend.memory().buffers).toBe(before);
  });
});

describe('a loop that disposes of everything', () => {
  it('is never held up by a search for dead tensors', async () => {
    const x = await tensor([1, 2]).realize();
    const device = await getDevice();
    const search = vi.spyOn(device, 'relieve');
    for (let i = 0; i < 250; i++) (await x.add(i).realize()).dispose();
    const results = search.mock.results.map(({ value }) => value);
    search.mockRestore();
    expect(results.length).toBeGreaterThanOrEqual(250);
    expect(results.every((value) => value === undefined)).toBe(true);
  });
});

describe('when memory runs out', () => {
  const waste = async (count: number) => {
    for (let i = 0; i < count; i++) await tensor([i]).add(1).realize();
  };

  it('dead tensors are freed, and the work is done after all', async () => {
    await waste(20);
    backend.limit = backend.memory().buffers + 1;
    expect(await tensor([1]).add(2).add(3).item()).toBe(6);
    await waste(20);
    const step = compile((x: Tensor) => [x.add(1), x.mul(2), x.exp()]);
    const [y] = await step(tensor([3]));
    expect(await y!.item()).toBe(4);
  });

  it('the second failure is reported', async () => {
    await dropPlans();
    await expectNoMoreBuffers(backend, backend.memory().buffers);
    backend.limit = 0;
    await expect(tensor([1]).add(2).item()).rejects.toThrow('no memory');
    await expect(compile((x: Tensor) => x.add(1))(tensor([3]))).rejects.toThrow('no memory');
  });

  it('the result that is too large is named by what computes it', async () => {
    const x = tensor([1, 2]);
    await x.realize();
    await dropPlans();
    await expectNoMoreBuffers(backend, backend.memory().buffers);
    backend.limit = backend.memory().buffers;
    const twice = withScope('decoder.norm', () => x.exp());
    await expect(twice.realize()).rejects.toThrow(/no memory for decoder\.norm .*exp/);
  });
});

/** Cached plans keep a small buffer each. */
async function dropPlans(): Promise<void> {
  await (await getDevice()).relieve(true);
}

describe('a variable', () => {
  it('that nobody has used is not computed because it is frozen', async () => {
    await dropPlans();
    const { buffers } = backend.memory();
    const variable = new Variable(zeros([1000]));
    variable.trainable = false;
    expect(await tensor([1]).add(2).item()).toBe(3);
    await dropPlans();
    await expectNoMoreBuffers(backend, buffers);
    variable.assign(variable.add(1));
    expect(await tensor([1]).add(2).item()).toBe(3);
    expect(backend.memory().buffers).toBeGreaterThan(buffers);
    expect(await variable.sum().item()).toBe(1000);
  });

  const replace = {
    'assigned to': async (variable: Variable) => {
      variable.assign(variable.add(1));
      await variable.realize();
    },
    'written by a compiled function': async (variable: Variable) => {
      const step = compile(() => void variable.assign(variable.add(1)));
      await step();
      step.dispose();
    },
  };
  it.each(Object.entries(replace))('that is %s lets its first value go', async (_, change) => {
    const device = (await getDevice()) as BackendDevice;
    const variable = new Variable(tensor([1, 2, 3]));
    await variable.realize();
    await device.relieve(true);
    const { buffers } = backend.memory();
    await change(variable);
    await device.relieve(true);
    await expectNoMoreBuffers(backend, buffers);
    expect(Array.from(await variable.data())).toEqual([2, 3, 4]);
  });
});
