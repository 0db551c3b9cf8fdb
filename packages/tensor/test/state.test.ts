import { afterEach, beforeEach, describe, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { runners, stateCases, watchBuffers } from '../src/testing/index.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

registerDevice('interpreter', async () => new BackendDevice(new InterpreterBackend()));
setDefaultDevice('interpreter');

const buffers = watchBuffers();
beforeEach(() => buffers.before());
afterEach(() => buffers.after());

describe.each(Object.entries(runners))('state, %s', (_name, runner) => {
  it.each(stateCases)('$name', (test) => test.run(runner));
});
