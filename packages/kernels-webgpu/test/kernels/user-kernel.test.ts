import {
  BackendDevice,
  compile,
  defineOp,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from '@llm/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, ShaderError, type WebGpuBackend } from '../../src/index.ts';

/** `max(x, 0) · scale + bias`, whose kernel adds 100 where `mark` is set: results tell which of the two ran. */
const ramp = defineOp<{ scale: number; mark?: boolean }>({
  name: 'ramp',
  compute: ([x, bias], { scale }) => x!.relu().mul(scale).add(bias!),
  gradient: ({ inputs: [x], upstream, attributes: { scale } }) => [
    upstream.mul(x!.gt(0).to('f32')).mul(scale),
    upstream.sum(0),
  ],
  wgsl: {
    inputs: ['x', 'bias'],
    output: 'y',
    workgroups: ({ output }) => [Math.ceil((output.shape[0]! * output.shape[1]!) / 64)],
    constants: ({ attributes: { scale, mark } }) => ({ scale, offset: mark ? 100 : 0 }),
    code: `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= y_size) { return; }
  y[id.x] = max(x[id.x], 0) * scale + bias[id.x % y_shape[1]] + offset;
}`,
  },
});

const broken = (code: string, workgroups = [1]) =>
  defineOp({
    name: 'broken',
    compute: ([x]) => x!,
    wgsl: { inputs: ['x'], output: 'y', workgroups: () => workgroups, code },
  });

describeWebGpu('kernels of defineOp', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await createWebGpuBackend({ debug: true });
    registerDevice('webgpu', async () => new BackendDevice(backend));
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  const x = () => tensor([-1, 2, 3, -4, 5, 6]).reshape(2, 3);
  const bias = () => tensor([0.5, 0, -1]);

  it('run with generated bindings, sizes and constants, on views too', async () => {
    const plain = await ramp([x(), bias()], { scale: 2.5 }).toArray();
    expect(plain).toEqual([
      [0.5, 5, 6.5],
      [0.5, 12.5, 14],
    ]);
    const view = tensor([-1, 0, 2, 0, 3, 0]).reshape(3, 2).slice(null, 0).reshape(1, 3);
    const marked = ramp([view, bias()], { scale: 1, mark: true });
    expect(await marked.mul(2).toArray()).toEqual([[201, 204, 204]]);
    const same = tensor([[3, -3]]);
    expect(await ramp([same, same], { scale: 1 }).toArray()).toEqual([[6, -3]]);
    expect(await ramp([zeros([0, 3]), bias()], { scale: 1 }).toArray()).toEqual([]);
  });

  it('take part in training, eager and compiled, with the gradient that was given', async () => {
    const [v, b] = [new Variable(x()), new Variable(bias())];
    const run = (input: Tensor) => {
      const loss = ramp([v, b], { scale: 3, mark: true }).mul(input).sum();
      loss.backward();
      const result = [loss, v.grad!, b.grad!];
      v.zeroGrad();
      b.zeroGrad();
      return result;
    };
    const input = tensor([1, 2, 3, 4, 5, 6]).reshape(2, 3);
    for (const results of [run(input), await compile(run)(input)]) {
      const [loss, dx, db] = await Promise.all(results.map((result) => result.toArray()));
      expect(loss).toBe(12 + 27 + 75 + 108 + 0.5 * 5 - 9 + 2100);
      expect(dx).toEqual([
        [0, 6, 9],
        [0, 15, 18],
      ]);
      expect(db).toEqual([5, 7, 9]);
    }
  });

  it('leave packed dtypes to the definition', async () => {
    const half = ramp([x().to('f16'), bias().to('f16')], { scale: 1, mark: true });
    expect(await half.slice(0).toArray()).toEqual([0.5, 2, 2]);
  });

  it('that do not compile are named with the line of their code', async () => {
    const code = '@compute @workgroup_size(1)\nfn main() {\n  y[0] = nowhere;\n}';
    const error = await broken(code)([x()])
      .data()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ShaderError);
    expect(error).toMatchObject({ kernel: 'broken', line: 3, code });
    expect(String(error)).toMatch(
      /'broken' does not compile: .*nowhere.*\n3: {3}y\[0\] = nowhere;/,
    );
  });

  it('whose grid does not fit the device say so', async () => {
    for (const workgroups of [[0], [1.5], [70_000], [1, 1, 1, 1], []]) {
      const read = async () => broken('', workgroups)([x()]).data();
      await expect(read()).rejects.toThrow(/broken: workgroups are .* want one to three whole/);
    }
  });
});
