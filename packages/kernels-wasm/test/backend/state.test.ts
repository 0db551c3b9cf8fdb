import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import { runners, stateCases, watchBuffers } from '@llm/tensor/testing';
import { afterAll, afterEach, beforeEach, describe, it } from 'vitest';
import { createWasmBackend } from '../../src/index.ts';

const backend = createWasmBackend({ threads: 2, debug: true });
registerDevice('wasm', async () => new BackendDevice(backend));
setDefaultDevice('wasm');
afterAll(() => backend.dispose());

const buffers = watchBuffers();
beforeEach(() => buffers.before());
afterEach(() => buffers.after());

describe.each(Object.entries(runners))('state, %s', (_name, runner) => {
  it.each(stateCases)('$name', (test) => test.run(runner));
});
