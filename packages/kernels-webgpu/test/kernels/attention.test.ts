import { decode, encode, roundTo } from '@llm/tensor/backend';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import {
  type AttentionCase,
  kernelOf,
  reference,
  scoreErrorOf,
  valuesOf,
} from '../../../tensor/test/support/attention-problem.ts';
import { fitsAttention } from '../../src/kernels/attention/fits.ts';
import { planCoarse, supportsCoarse } from '../../src/kernels/coarse.ts';
import { backwardCases, cases, decodeCases } from './attention-cases.ts';
import { bytesOf, Runner } from './run-plan.ts';

/** The largest ratio of an error to what is allowed; NaN where a number is none. */
function worst(got: Float32Array, want: Float64Array, allowed: (value: number) => number): number {
  return want.reduce((most, value, i) => {
    const ratio = Math.abs(got[i]! - value) / allowed(value);
    return ratio > most || Number.isNaN(ratio) ? ratio : most;
  }, 0);
}

function expectForward(x: AttentionCase, out: Float32Array, logSumExp: Float32Array): void {
  const want = reference(x, valuesOf(x));
  expect(worst(out, want.out, () => 2 * scoreErrorOf(x))).toBeLessThanOrEqual(1);
  const allowed = (value: number) => scoreErrorOf(x) + 1e-6 * Math.abs(value);
  expect(worst(logSumExp, want.logSumExp, allowed)).toBeLessThanOrEqual(1);
}

// A software driver compiles such a shader for seconds: `npm test` takes the cases that see most of it.
vi.setConfig({ testTimeout: 60_000 });

describeWebGpu('attention', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await Runner.open();
  });
  afterAll(() => runner.close());

  async function run(
    x: AttentionCase,
    operation: 'attention' | 'attentionBackward',
    inputs: ArrayBufferView[],
    target = runner.target,
  ): Promise<Float32Array[]> {
    const kernel = kernelOf(x, operation);
    const pass = operation === 'attention' ? 'forward' : 'backward';
    expect(fitsAttention(kernel.attributes, kernel.inputs, pass)).toBe(true);
    const outputs = kernel.outputs.map(({ shape }) =>
      new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(Number.NaN),
    );
    const plan = planCoarse(kernel, target);
    const bytes = await runner.run(plan, kernel.buffers, [...inputs, ...outputs].map(bytesOf));
    return bytes.map((result) => new Float32Array(result.buffer));
  }

  const inputsOf = (x: AttentionCase, { q, k, v, mask }: ReturnType<typeof valuesOf>) => [
    q,
    k,
    v,
    ...(x.mask ? [mask] : []),
    ...(x.position === undefined ? [] : [Int32Array.of(x.position)]),
  ];

  it.each(decodeCases)('few queries, an invocation a chunk: %j', async (x) => {
    const values = valuesOf(x);
    const target = { ...runner.target, subgroupSizes: [8, 8] as const };
    const [out, logSumExp] = await run(x, 'attention', inputsOf(x, values), target);
    expectForward(x, out!, logSumExp!);
  });

  it.each([...(full ? [...decodeCases, ...cases] : [decodeCases[1]!, ...cases.slice(4, 6)])])(
    'forward %j',
    async (x) => {
      const values = valuesOf(x);
      const [out, logSumExp] = await run(x, 'attention', inputsOf(x, values));
      expectForward(x, out!, logSumExp!);
    },
  );

  it.each(full ? backwardCases : backwardCases.slice(0, 1))('backward %j', async (x) => {
    const values = valuesOf(x);
    const want = reference(x, values);
    const got = await run(x, 'attentionBackward', [
      ...inputsOf(x, values),
      Float32Array.from(want.out),
      Float32Array.from(want.logSumExp),
      values.dOut,
      ...(x.logSumExpGradient ? [values.dLogSumExp] : []),
    ]);
    [want.dQ, want.dK, want.dV].forEach((gradient, output) => {
      // The terms dP and rowsum(dO ∘ O), which may cancel, are of size 1.
      const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const allowed = (scoreErrorOf(x) + 1e-6 * Math.sqrt(x.queries)) * largest;
      expect(worst(got[output]!, gradient, () => allowed)).toBeLessThanOrEqual(1);
    });
  });

  it.runIf(full)('reads and writes half floats', async () => {
    const x = cases[0]!;
    const kernel = kernelOf(x, 'attention');
    const half = <T extends object>(all: readonly T[]) =>
      all.map((one) => ({ ...one, dtype: 'f16' as const }));
    const [out, logSumExp] = kernel.outputs;
    const declared = [...half(kernel.buffers.slice(0, 4)), kernel.buffers[4]!];
    const values = valuesOf(x);
    const round = (array: Float32Array) => array.map((value) => roundTo('f16', value / 8));
    const rounded = { ...values, q: round(values.q), k: round(values.k), v: round(values.v) };
    const want = reference(x, rounded);
    const plan = planCoarse(
      {
        ...kernel,
        inputs: half(kernel.inputs),
        outputs: [...half([out!]), logSumExp!],
        buffers: declared,
      },
      runner.target,
    );
    const [bytes] = await runner.run(plan, declared, [
      ...[rounded.q, rounded.k, rounded.v].map((array) => encode('f16', array)),
      encode('f16', new Float32Array(want.out.length)),
      new Uint8Array(4 * want.logSumExp.length),
    ]);
    const got = Float32Array.from(decode('f16', bytes!, want.out.length));
    // Rounded once when stored, to 11 bits.
    expect(worst(got, want.out, (value) => 2 ** -11 * Math.abs(value) + 1e-6)).toBeLessThanOrEqual(
      1,
    );
  });

  it('leaves dropout, the gradient of a mask, and very long rows', () => {
    const { attributes: own, inputs } = kernelOf(cases[0]!, 'attentionBackward');
    const fits = (changed: object, specs = inputs) =>
      fitsAttention({ ...(own as object), ...changed }, specs, 'backward');
    expect(fits({})).toBe(true);
    expect(fits({ maskGradient: true })).toBe(false);
    expect(fits({ dropout: 0.1 })).toBe(false);
    const long = kernelOf({ ...cases[0]!, headDim: 300 }, 'attentionBackward').inputs;
    expect(fits({}, long)).toBe(false);
  });

  it('leaves small problems to the definition', () => {
    const supports = (queries: number, keys: number) => {
      const { attributes: own, inputs } = kernelOf({ ...cases[0]!, queries, keys }, 'attention');
      return supportsCoarse('attention', own, inputs, runner.target);
    };
    expect(supports(64, 64)).toBe(true);
    expect(supports(1, 10000)).toBe(true);
    expect(supports(1, 8)).toBe(false);
    expect(supports(20, 20)).toBe(false);
  });
});
