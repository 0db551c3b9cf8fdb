// Requests a device of the browser through @llm/kernels-webgpu and leaves word when it is done.
import { requestDevice } from '@llm/kernels-webgpu';

const page = globalThis as { outcome?: string };
try {
  const device = await requestDevice();
  console.log(`${device.adapter.vendor} ${device.adapter.architecture}`);
  device.destroy();
  const { reason } = await device.lost;
  page.outcome = reason === 'destroyed' ? 'done' : `lost for the reason ${reason}`;
} catch (error) {
  page.outcome = String(error);
}
