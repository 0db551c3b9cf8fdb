import type { NativeDevice } from '../src/index.ts';

// Node has no globals GPUBufferUsage and GPUMapMode; these are the numbers of the specification.
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 };
const mapModeRead = 1;

const shader = /* wgsl */ `
  @group(0) @binding(0) var<storage, read_write> values: array<f32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < arrayLength(&values)) { values[id.x] *= 2.0; }
  }`;

/** Doubles numbers on the device: upload, compile, dispatch, copy and read back. */
export async function double(device: NativeDevice, numbers: readonly number[]): Promise<number[]> {
  const input = new Float32Array(numbers);
  const size = input.byteLength;
  const values = device.createBuffer({
    size,
    usage: usage.storage | usage.copySource | usage.copyTarget,
  });
  const result = device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
  device.queue.writeBuffer(values, 0, input);
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: shader }) },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: values } }],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(input.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(values, 0, result, 0, size);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(mapModeRead);
  return [...new Float32Array(result.getMappedRange())];
}
