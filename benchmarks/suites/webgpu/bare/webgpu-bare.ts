/**
 * Figures of the device at hand from one bundled file, without npm: whether operations are right, and how fast memory,
 * products, a training step, and decoding are. `--quick` takes small sizes, to see that everything runs.
 *
 * @module
 */
import { createWebGpuBackend } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import { median } from '../../../harness/statistics.ts';
import { encodeTimes } from '../encode.ts';
import { checkOperations } from './correctness.ts';
import { Figures } from './figures.ts';
import { measureMemory } from './memory.ts';
import { measureDecoding, measureTraining } from './models.ts';
import { measureProducts } from './products.ts';

const DEVICE = 'webgpu';
const quick = process.argv.includes('--quick');
const figures = new Figures();
const backend = await createWebGpuBackend();
registerDevice(DEVICE, async () => new BackendDevice(backend));
setDefaultDevice(DEVICE);

const { description, isFallback } = backend.device.adapter;
figures.add('adapter', description, '', isFallback ? 'computes on the CPU' : '');
figures.add('features', [...backend.device.features].sort().join(' '));
await figures.measure('operations', () => checkOperations(figures, backend, quick));
await figures.measure('memory', () => measureMemory(figures, backend, quick));
await figures.measure('products', () => measureProducts(figures, backend, quick));
await figures.measure('launches', async () => {
  const times = await encodeTimes(backend, 30);
  figures.add('encode and submit', median(times), 'µs a dispatch');
});
await figures.measure('training', () => measureTraining(figures, DEVICE, quick));
await figures.measure('decoding', () => measureDecoding(figures, backend, quick));
await backend.dispose();
console.log(`\n${figures}`);
if (figures.failed.length > 0) process.exitCode = 1;
