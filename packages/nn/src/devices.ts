/**
 * The devices that come with the package. Registering is cheap: a device is made when it is first used.
 *
 * @module
 */
import { createWasmBackend } from '@llm/kernels-wasm';
import { BackendDevice, registerDevice } from '@llm/tensor';

registerDevice('wasm', async () => new BackendDevice(createWasmBackend()));
