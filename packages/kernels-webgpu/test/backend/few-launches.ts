import {
  BackendDevice,
  compile,
  groupsOf,
  layerNorm,
  linear,
  registerDevice,
  rmsNorm,
  setDefaultDevice,
  silu,
  type Tensor,
  tensor,
  Variable,
  wordsOf,
  zeros,
} from '@llm/tensor';
import { evaluate } from '@llm/tensor/reference';
import { expectClose } from '@llm/tensor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

const wave = (shape: readonly number[], phase: number) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1.3 * i + phase)),
    shape,
  );
};

/** As on a GPU. */
const upToEight = (rows: number) => rows <= 8;

/** Tests of kernels that do together what takes a launch each by itself: what they compute, and how many they are. */
export function fewLaunches(name: string): void {
  describeWebGpu(name, testLaunches);
}

function testLaunches(): void {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await createWebGpuBackend({ debug: true });
    backend.prologues = upToEight;
    registerDevice('webgpu', async () => new BackendDevice(backend));
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  async function check(
    fn: (...args: Tensor[]) => Tensor | Tensor[],
    inputs: readonly Tensor[],
    kernels: number | undefined,
    dtype: 'f32' | 'f16' | 'bf16' = 'f32',
  ): Promise<void> {
    // Before anything runs: what was computed lets go of what it was made of.
    const want = evaluate([fn(...inputs)].flat().map(({ node }) => node));
    const step = compile(fn);
    const plan = await step.explain(...inputs);
    if (kernels !== undefined) expect(plan, plan).toContain(`\n${kernels} kernels,`);
    const got = [await step(...inputs)].flat();
    for (const [output, value] of got.entries()) {
      // Sums of up to 300 terms; two of them are multiplied.
      const tolerance = { dtypes: [dtype], terms: 300 };
      expectClose(`output ${output}`, await value.data(), want[output]!, tolerance);
    }
    step.dispose();
  }

  it.each([
    ['a few numbers', 1, 7, 5],
    ['a row', 1, 96, 600],
    ['rows', 3, 260, 132],
    // Other shaders, which take seconds to compile.
    ...(full ? ([['rows that do not fill words', 2, 270, 131]] as const) : []),
  ] as const)('of a gated layer: %s', async (_, rows, inner, width) => {
    const inputs = [wave([rows, inner], 0), wave([width, inner], 1), wave([width, inner], 2)];
    await check((x, gate, up) => silu(linear(x!, gate!)).mul(linear(x!, up!)), inputs, 1);
    const half = (x: Tensor) => x.to('bf16');
    const narrow = (x?: Tensor, gate?: Tensor, up?: Tensor) =>
      silu(linear(half(x!), half(gate!))).mul(linear(half(x!), half(up!)));
    if (rows === 3 && full) await check(narrow, inputs, undefined, 'bf16');
  });

  it('of a gated layer whose rows lie across', async () => {
    const inputs = [wave([200, 3], 0), wave([70, 200], 1), wave([70, 200], 2)];
    const gated = (x?: Tensor, gate?: Tensor, up?: Tensor) =>
      silu(linear(x!.transpose(), gate!)).mul(linear(x!.transpose(), up!));
    await check(gated, inputs, undefined);
  });

  it.each([
    ['a few numbers', 1, 6, 5],
    ['rows', 2, 260, 132],
    ...(full ? ([['rows that do not fill words', 1, 270, 131]] as const) : []),
  ] as const)('of a norm and what it is for: %s', async (_, rows, inner, width) => {
    const inputs = [wave([rows, inner], 0), wave([inner], 1), wave([width, inner], 2)];
    await check((x, g, w) => linear(rmsNorm(x!, [inner], g!), w!).mul(2), inputs, 1);
  });

  it('of a norm and what it is for, of more rows than compute it themselves', async () => {
    const inputs = [wave([32, 64], 0), wave([64], 1), wave([48, 64], 2)];
    await check((x, g, w) => linear(rmsNorm(x!, [64], g!), w!), inputs, 2);
  });

  it('of a norm and what it is for, on a device that computes it apart', async () => {
    backend.prologues = () => false;
    const inputs = [wave([2, 64], 0), wave([64], 1), wave([48, 64], 2)];
    await check((x, g, w) => linear(rmsNorm(x!, [64], g!), w!), inputs, 2);
    backend.prologues = upToEight;
  });

  it('of a norm with a mean, which takes two walks', async () => {
    const inputs = [wave([1, 12], 0), wave([5, 12], 2)];
    await check((x, w) => linear(layerNorm(x!, [12]), w!), inputs, 2);
  });

  describe.each([
    ['4 bits', { bits: 4, group: 32 }, false],
    ['8 bits with offsets', { bits: 8, group: 16 }, true],
    ['8 bits, rows that are no whole blocks', { bits: 8, group: 131 }, false],
  ] as const)('of quantized weights: %s', (_, { bits, group }, offsets) => {
    const inner = group === 131 ? 131 : 96;
    const weight = (rows: number, phase: number) => {
      const layout = { bits, columns: inner, group };
      const words = Int32Array.from({ length: rows * wordsOf(layout) }, (_, i) =>
        Math.imul(i + Math.floor(1 + 100 * phase), 0x9e3779b1),
      );
      const numbers = (phase: number) => wave([rows, groupsOf(layout)], phase).mul(2 ** (1 - bits));
      return new Variable(zeros([rows, inner])).quantize({
        ...layout,
        codes: tensor(words, [rows, wordsOf(layout)]),
        scales: numbers(phase),
        ...(offsets && { offsets: numbers(phase + 1) }),
      });
    };

    it.each([1, 3])('of a product with its norm, bias and residual, %d rows', async (rows) => {
      const [w, bias] = [weight(70, 0), wave([70], 4)];
      const inputs = [wave([rows, inner], 0), wave([inner], 1), wave([rows, 70], 2)];
      const fn = (x?: Tensor, g?: Tensor, r?: Tensor) =>
        r!.add(linear(rmsNorm(x!, [inner], g!), w, bias));
      await check(fn, inputs, 1);
    });

    it.each([1, 3])('of a gated layer and its norm, %d rows', async (rows) => {
      const [gate, up] = [weight(70, 0), weight(70, 3)];
      const fn = (x?: Tensor) => {
        const normed = rmsNorm(x!, [inner]);
        return silu(linear(normed, gate)).mul(linear(normed, up));
      };
      await check(fn, [wave([rows, inner], 0)], 1);
    });

    it('of a gated layer of more parts than a shader of six buffers binds', async () => {
      const kernelLimits = { maxStorageBuffersPerShaderStage: 6 };
      const small = await createWebGpuBackend({ debug: true, kernelLimits });
      registerDevice('small', async () => new BackendDevice(small));
      setDefaultDevice('small');
      const [gate, up] = [weight(70, 0), weight(70, 3)];
      const fn = (x?: Tensor, r?: Tensor) => silu(linear(x!, gate)).mul(linear(x!, up)).add(r!);
      await check(fn, [wave([2, inner], 0), wave([2, 70], 5)], undefined);
      setDefaultDevice('webgpu');
      await small.dispose();
    });

    it('of halves', async () => {
      const w = weight(70, 0);
      const fn = (x?: Tensor) => linear(x!.to('f16'), w).add(1);
      await check(fn, [wave([2, inner], 0)], undefined, 'f16');
    });

    it('of many rows, with a norm, bias and activation', async () => {
      const [w, bias] = [weight(36, 0), wave([36], 4)];
      const fn = (x?: Tensor) => silu(linear(rmsNorm(x!, [inner]), w, bias));
      await check(fn, [wave([20, inner], 0)], 2);
    });

    it('of rows that lie across', async () => {
      const w = weight(36, 0);
      await check((x) => linear(x!.transpose(), w), [wave([inner, 3], 0)], undefined);
    });
  });

  it('of projections of one vector, and of short loops', async () => {
    const inputs = [wave([1, 300], 0), wave([64, 300], 1), wave([128, 300], 2)];
    await check((x, q, k) => [linear(x!, q!), linear(x!, k!), x!.mul(2), x!.sum(-1)], inputs, 1);
  });
}
