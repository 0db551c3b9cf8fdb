/**
 * An operation of one's own with a kernel in WGSL: the squared ReLU of Primer (So et al., 2021), with its gradient.
 * On WebGPU the kernel runs; on any other device, what `compute` says.
 *
 *     npm run example examples/custom-op-wgsl/squared-relu.ts            # the default device
 *     DEVICE=webgpu npm run example examples/custom-op-wgsl/squared-relu.ts
 */
import { defineOp, setDefaultDevice, tensor, Variable } from '@llm/nn';

if (process.env.DEVICE) setDefaultDevice(process.env.DEVICE);

const squaredRelu = defineOp({
  name: 'squaredRelu',
  compute: ([x]) => x!.relu().square(), // the reference: other devices run it
  gradient: ({ inputs: [x], upstream }) => [upstream.mul(x!.relu().mul(2))],
  wgsl: {
    inputs: ['x'], // becomes array<f32> x, with x_size and x_shape
    output: 'y',
    workgroups: ({ output: { shape } }) => [Math.ceil(shape.reduce((a, b) => a * b, 1) / 64)],
    code: /* wgsl */ `
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= y_size) { return; }
        let positive = max(x[id.x], 0.0);
        y[id.x] = positive * positive;
      }`,
  },
});

const x = new Variable(tensor([-2, -0.5, 0, 0.5, 3]));
const y = squaredRelu([x]);
y.sum().backward();
console.log(`value ${await y.toArray()}`);
console.log(`gradient ${await x.grad!.toArray()}`);
