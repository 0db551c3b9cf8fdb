import { readLegacyTorch } from '../pickle/legacy.ts';
import { isRowMajor } from '../pickle/state-dict.ts';
import { readTorchZip } from '../pickle/torch-zip.ts';
import { readRange } from '../random-access.ts';
import { dtypeBits } from '../safetensors/dtype.ts';
import { type ModelSource, openFile } from '../source.ts';
import { type CheckpointContents, closeAll } from './reader.ts';
import { mergeShards, readShardIndex } from './shard-index.ts';
import { type StoredTensor, sizeOf } from './stored-tensor.ts';

/** Opens a file of `torch.save(model.state_dict())`; only its pickle is read. */
export async function openPytorch(source: ModelSource, name: string): Promise<CheckpointContents> {
  const bytes = await openFile(source, name);
  try {
    const start = await readRange(bytes, 0, Math.min(2, bytes.size));
    const isZip = start[0] === 0x50 && start[1] === 0x4b; // "PK"
    const torch = await (isZip ? readTorchZip(bytes, name) : readLegacyTorch(bytes, name));
    const tensors = new Map<string, StoredTensor>();
    for (const [key, tensor] of torch.tensors) {
      const { dtype } = tensor.storage;
      const width = dtypeBits(dtype) / 8;
      const stored = {
        dtype,
        shape: tensor.shape,
        byteLength: sizeOf(tensor.shape) * width,
        file: name,
        bytes,
        begin: torch.begin(tensor.storage) + tensor.offset * width,
      };
      tensors.set(key, isRowMajor(tensor) ? stored : { ...stored, strides: tensor.strides });
    }
    return { format: 'pytorch', files: [name], metadata: new Map(), tensors, opened: [bytes] };
  } catch (error) {
    await closeAll([bytes]);
    throw error;
  }
}

/** Opens the shards that an index such as `pytorch_model.bin.index.json` names. */
export async function openShardedPytorch(
  source: ModelSource,
  name: string,
): Promise<CheckpointContents> {
  const index = await readShardIndex(source, name, '.bin');
  return mergeShards(name, index, (shard) => openPytorch(source, shard));
}
