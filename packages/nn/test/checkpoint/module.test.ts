import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingFileError, SafetensorsError } from '@llm/hub';
import {
  buffer,
  Linear,
  loadConfig,
  loadModule,
  Module,
  StateDictError,
  saveModule,
  type Tensor,
  TransformerEncoderLayer,
  tensor,
} from '@llm/nn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'module-'));
});
afterEach(() => rm(folder, { recursive: true }));

const make = () => new TransformerEncoderLayer(8, 2, { dim_feedforward: 12 });

class Counted extends Module {
  readonly count = buffer(tensor(new Int32Array([3])));
  readonly output = new Linear(2, 1);
  forward(x: Tensor): Tensor {
    return this.output.forward(x);
  }
}

describe('saveModule and loadModule', () => {
  it('round-trip every bit, and write the same file again', async () => {
    const [first, second] = [make(), make()];
    await saveModule(folder, first, { config: { d_model: 8 }, files: { 'notes.txt': 'kept' } });
    const file = await readFile(join(folder, 'model.safetensors'));
    expect(await loadModule(folder, second)).toEqual({
      missing: [],
      unexpected: [],
      misshaped: [],
    });
    for (const [name, parameter] of first.namedParameters()) {
      expect(await second.stateDict()[name]!.data(), name).toEqual(await parameter.data());
    }
    await saveModule(folder, second);
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(file);
    expect(await loadConfig(folder)).toEqual({ d_model: 8 });
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('kept');
  });

  it('writes the factors of rotary positions as floats, which Python checks', async () => {
    const config = {
      factor_: 2,
      rope_scaling: { rope_type: 'yarn', factor: 4, beta_fast: 32, mscale: 0.7 },
    };
    await saveModule(folder, new Counted(), { config });
    const text = await readFile(join(folder, 'config.json'), 'utf8');
    expect(text).toContain('"factor": 4.0,');
    expect(text).toContain('"beta_fast": 32.0,');
    expect(text).toContain('"factor_": 2,');
    expect(await loadConfig(folder)).toEqual(config);
  });

  it('keeps buffers and dtypes', async () => {
    await saveModule(folder, new Counted());
    const loaded = new Counted();
    loaded.count.assign(tensor(new Int32Array([0])));
    await loadModule(folder, loaded);
    expect(await loaded.count.data()).toEqual(new Int32Array([3]));
  });

  it('reports a foreign model in full', async () => {
    await saveModule(folder, new Counted());
    const error = await loadModule(folder, make()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StateDictError);
    expect(error).toMatchObject({ unexpected: ['output.bias', 'output.weight', 'count'] });
    expect((error as StateDictError).missing).toHaveLength(12);
  });

  it('reports a missing and a damaged file', async () => {
    await expect(loadModule(folder, make())).rejects.toThrow(MissingFileError);
    await saveModule(folder, make());
    const path = join(folder, 'model.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(loadModule(folder, make())).rejects.toThrow(SafetensorsError);
    await writeFile(join(folder, 'config.json'), '[]');
    await expect(loadConfig(folder)).rejects.toThrow('config.json: wants an object of settings');
  });
});
