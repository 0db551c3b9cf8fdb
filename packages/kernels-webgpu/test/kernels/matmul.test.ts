import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import type { Geometry } from '../../src/kernels/matmul/geometry.ts';
import { planMatmul } from '../../src/kernels/matmul.ts';
import { type MatmulCase, makeCase } from './matmul-problem.ts';
import { Runner } from './run-plan.ts';

const layouts = ['NN', 'NT', 'TN', 'TT'] as const;
const large = { kind: 'tile', tileRows: 64, tileColumns: 64, tileInner: 4, splits: 1 } as const;
const small: Geometry = { ...large, tileRows: 32, tileColumns: 32 };
const split: Geometry = { ...small, tileInner: 8, splits: 3 };

describeWebGpu('matmul', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await Runner.open();
  });
  afterAll(() => runner.close());

  async function check(x: MatmulCase, geometry?: Geometry): Promise<void> {
    const { kernel, buffers, want, magnitude } = makeCase(x);
    const plan = planMatmul(kernel, runner.target, geometry);
    const [bytes] = await runner.run(plan, kernel.buffers, buffers);
    const got = new Float32Array(bytes!.buffer);
    let worst = 0;
    want.forEach((value, i) => {
      const allowed = 8 * 2 ** -24 * Math.sqrt(x.inner) * magnitude[i]!;
      const error = Math.abs(got[i]! - value) / allowed;
      worst = error > worst || Number.isNaN(error) ? error : worst;
    });
    expect(worst).toBeLessThanOrEqual(1);
  }

  describe.each(full ? layouts : layouts.slice(0, 3))('%s', (layout) => {
    it.each<[string, MatmulCase, Geometry]>([
      ['edges', { rows: 67, columns: 35, inner: 21 }, large],
      [
        'without workgroup memory',
        { rows: 37, columns: 70, inner: 21 },
        { kind: 'direct', rows: 8 },
      ],
      ['edges of whole quads, in ranges', { rows: 36, columns: 68, inner: 44 }, split],
    ])('%s', async (_, x, geometry) => {
      await check({ ...x, layout }, geometry);
    });

    it.each<[string, MatmulCase]>([
      ['a vector', { rows: 1, columns: 70, inner: 130 }],
      ['a few rows of whole quads', { rows: 3, columns: 36, inner: 68 }],
      ['one column', { rows: 130, columns: 1, inner: 70 }],
    ])('%s', async (_, x) => {
      await check({ ...x, layout });
    });
  });

  it.each<MatmulCase>([
    ...(full ? layouts : (['TN'] as const)).map((layout) => {
      return { rows: 37, columns: 70, inner: 21, layout };
    }),
    ...(full ? layouts : (['NN', 'TT'] as const)).map((layout) => {
      return { rows: 36, columns: 68, inner: 44, layout };
    }),
    { rows: 5, columns: 3, inner: 64, batch: [3] },
  ])('rows read for one another: %j', async (x) => {
    const [smallest, largest] = runner.device.adapter.subgroupSizes ?? [0, 0];
    const fits = smallest === 8 && largest === 8 && runner.device.features.has('subgroups');
    if (!fits) return; // a subgroup must be a workgroup
    for (const rows of full ? [8, 16] : [8]) {
      await check(x, { kind: 'shared-rows', lanes: 8, rows });
    }
  });

  it.each<[string, MatmulCase, Geometry | undefined]>([
    ['one of each', { rows: 1, columns: 1, inner: 1 }, small],
    ['whole tiles', { rows: 64, columns: 128, inner: 48 }, large],
    ['few columns', { rows: 64, columns: 5, inner: 64 }, undefined],
    ['a long inner axis', { rows: 33, columns: 36, inner: 1100 }, undefined],
  ])('%s', async (_, x, geometry) => {
    await check(x, geometry);
  });

  it.each<MatmulCase>([
    { rows: 5, columns: 40, inner: 12, batch: [3] },
    { rows: 20, columns: 40, inner: 12, batch: [2, 3], sharedLeft: [false, true] },
    // Folded into rows: the right operand is shared.
    { rows: 9, columns: 40, inner: 12, batch: [2, 4], sharedRight: [true, true] },
    { rows: 1, columns: 40, inner: 12, batch: [11], sharedRight: [true] },
    { rows: 9, columns: 33, inner: 12, batch: [2, 4], sharedRight: [false, true], layout: 'NT' },
    { rows: 1, columns: 33, inner: 512, batch: [3, 2], layout: 'NT' },
    { rows: 33, columns: 40, inner: 600, batch: [2], layout: 'TN' },
  ])('batches: %j', async (x) => {
    await check(x);
  });

  it.each<MatmulCase>([
    { rows: 20, columns: 36, inner: 24, offset: 4, gap: 4 },
    { rows: 20, columns: 36, inner: 24, offset: 3, gap: 1, layout: 'NT' },
    { rows: 1, columns: 36, inner: 24, offset: 1, layout: 'NT' },
  ])('views: %j', async (x) => {
    await check(x);
  });

  describe.each(full ? (['f16', 'bf16'] as const) : (['bf16'] as const))('%s operands', (dtype) => {
    it.each<MatmulCase>([
      { rows: 33, columns: 35, inner: 23, layout: 'NT' },
      { rows: 1, columns: 35, inner: 23, layout: 'NT' },
      { rows: 2, columns: 64, inner: 128, layout: 'NT' },
    ])('%j', async (x) => {
      await check({ ...x, rightDtype: dtype });
      await check({ ...x, leftDtype: dtype, rightDtype: dtype });
    });
  });

  it('gives the same bits twice', async () => {
    const { kernel, buffers } = makeCase({ rows: 33, columns: 36, inner: 1100 });
    const plan = planMatmul(kernel, runner.target);
    expect(plan.steps.length).toBe(2);
    const [first] = await runner.run(plan, kernel.buffers, buffers);
    const [second] = await runner.run(plan, kernel.buffers, buffers);
    expect(second).toEqual(first);
  });
});
