export {
  dtypeBits,
  isSafetensorsDtype,
  SAFETENSORS_DTYPES,
  type SafetensorsDtype,
} from './dtype.ts';
export { SafetensorsError, type SafetensorsErrorCode } from './error.ts';
export {
  type ParseSafetensorsOptions,
  parseSafetensors,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsFile,
  type SafetensorsHeader,
  type SafetensorsTensor,
  safetensorsHeaderLength,
} from './parse.ts';
export { type SafetensorsInput, serializeSafetensors } from './serialize.ts';
