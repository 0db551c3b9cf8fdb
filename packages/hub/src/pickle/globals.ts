import type { SafetensorsDtype } from '../safetensors/dtype.ts';
import { PickleGlobal } from './values.ts';

/** The torch storages, and the type of their elements. */
const STORAGES: Readonly<Record<string, SafetensorsDtype>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Every name that a pickle may mention. */
const ALLOWED = new Map<string, PickleGlobal>([
  ['collections.OrderedDict', new PickleGlobal('OrderedDict')],
  ['torch._utils._rebuild_tensor_v2', new PickleGlobal('_rebuild_tensor_v2')],
  ...Object.entries(STORAGES).map(
    ([name, storage]) => [`torch.${name}`, new PickleGlobal({ storage })] as const,
  ),
]);

/** What stands for a name, or undefined if it is not allowed. */
export function findGlobal(path: string): PickleGlobal | undefined {
  return ALLOWED.get(path);
}
