import { Registry } from '../json/registry.ts';
import { BPE } from './bpe.ts';
import type { TokenModel } from './model.ts';

/** The models that tokenizer.json may name. */
export const models = new Registry<TokenModel>('model', { BPE: BPE.read });
