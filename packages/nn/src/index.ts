/**
 * Layers and models of @llm, with PyTorch's semantics.
 *
 * @module @llm/nn
 */
import { registerDevices } from './devices.ts';

export * from '@llm/tensor';
export { loadConfig, loadModule, type SaveModuleOptions, saveModule } from './checkpoint/module.ts';
export { decodeTensors, encodeTensors } from './checkpoint/tensors.ts';
export * from './generation/index.ts';
export * as init from './init.ts';
export * from './layers/index.ts';
export type {
  BartConfig,
  BertEncoderConfig,
  DistilBertConfig,
  ElectraConfig,
  Gemma2Config,
  Gemma3Config,
  GPT2Config,
  KeyValueCache,
  LlamaConfig,
  MBartConfig,
  MistralConfig,
  MPNetConfig,
  Phi3Config,
  Qwen2Config,
  Qwen3Config,
  RotaryDecoderConfig,
  T5Config,
} from './models/index.ts';
export { buffer, isBuffer } from './module/buffer.ts';
export { type Captured, capture } from './module/capture.ts';
export type { ForwardWrapper } from './module/hooks.ts';
export { type ForwardHook, Module, type UnaryModule } from './module/module.ts';
export type { MoveTarget } from './module/move.ts';
export { type StateDict, StateDictError, type StateMismatch } from './module/state.ts';
export { structureMermaid } from './module/structure/mermaid.ts';
export { structureSvg } from './module/structure/svg.ts';
export * from './pretrained/index.ts';
export * from './quantization/index.ts';
export * from './tasks/index.ts';
export { WordVectorsError } from './word-vectors/cursor.ts';
export { readWordVectors, type WordVectorOptions } from './word-vectors/read.ts';
export { WordVectors } from './word-vectors/word-vectors.ts';

registerDevices();
