/**
 * Models to look into, in the worker: one is kept, until another is wanted.
 *
 * @module
 */
import { openSource } from '@llm/hub';
import {
  AutoModel,
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoModelForSeq2SeqLM,
  loadConfig,
  setDefaultDevice,
  type TaskModels,
} from '@llm/nn';
import { AutoTokenizer, type PreTrainedTokenizer } from '@llm/tokenizers';
import { openReference } from '../models/open.ts';
import type { ModelReference } from '../models/reference.ts';
import type { Context } from '../worker/protocol.ts';

/** Which model is looked into, and where it runs. */
export interface InspectInput {
  readonly model: ModelReference;
  /** `auto`, `webgpu` or `wasm`. */
  readonly device: string;
  /** The text that it reads. */
  readonly text: string;
}

/** What happens before the result. */
export type InspectEvent =
  /** Bytes of the model's files that are there. */
  | { readonly kind: 'download'; readonly loaded: number; readonly total: number }
  /** The model computes. */
  | { readonly kind: 'computing' };

/** A model to look into, with its tokenizer. */
export type Inspected = {
  readonly [Task in keyof Loaders]: {
    readonly task: Task;
    readonly model: TaskModels[Task];
    readonly tokenizer: PreTrainedTokenizer;
  };
}[keyof Loaders];

/** What a model can be loaded for. */
type Loaders = typeof loaders;

const loaders = {
  base: AutoModel,
  CausalLM: AutoModelForCausalLM,
  MaskedLM: AutoModelForMaskedLM,
  Seq2SeqLM: AutoModelForSeq2SeqLM,
};

/** Families by what they are, by their `model_type`; all others continue texts. */
const encoders = new Set(['bert', 'distilbert', 'electra', 'mpnet', 'roberta', 'xlm-roberta']);
const encoderDecoders = new Set(['bart', 'm2m_100', 'marian', 'mbart', 'mt5', 't5']);

let kept: { readonly key: string; readonly inspected: Inspected } | undefined;

/**
 * Loads a model to look into.
 *
 * @param choose what it is loaded for, by what its family is
 */
export async function loadInspected(
  { model, device }: InspectInput,
  choose: (kind: 'encoder' | 'decoder' | 'encoder-decoder') => Inspected['task'],
  { signal, emit }: Context<InspectEvent>,
): Promise<Inspected> {
  const place = await openReference(model);
  const source = openSource(place, {
    signal,
    progress: ({ overall }) => emit({ kind: 'download', ...overall }),
  });
  const { model_type: type } = await loadConfig(source);
  const kind = encoderDecoders.has(type as string)
    ? 'encoder-decoder'
    : encoders.has(type as string)
      ? 'encoder'
      : 'decoder';
  const task = choose(kind);
  const key = keyOf(model, device, task);
  setDefaultDevice(device);
  let inspected = key !== undefined && kept?.key === key ? kept.inspected : undefined;
  if (!inspected) {
    kept = undefined;
    const [loaded, tokenizer] = await Promise.all([
      loaders[task].from_pretrained(source),
      AutoTokenizer.from_pretrained(source),
    ]);
    inspected = { task, model: loaded, tokenizer } as Inspected;
    if (key !== undefined) kept = { key, inspected };
  }
  signal.throwIfAborted();
  emit({ kind: 'computing' });
  return inspected;
}

/**
 * A folder that was chosen again after its files were changed is another model. One that was trained here may have
 * been trained again under its name: it has no key.
 */
function keyOf(model: ModelReference, device: string, task: string): string | undefined {
  if (model.kind === 'saved') return undefined;
  const place =
    model.kind === 'folder'
      ? [model.name, model.files.map(({ name, file }) => [name, file.size, file.lastModified])]
      : model;
  return JSON.stringify([place, device, task]);
}

/**
 * The text's tokens, with the special ones: the first `most`, if there are more.
 *
 * @throws RangeError for a text without tokens
 */
export function tokensOf(
  tokenizer: PreTrainedTokenizer,
  text: string,
  most: number,
): { readonly ids: number[]; readonly isCut: boolean } {
  const ids = tokenizer.encode(text, { truncation: true, max_length: most });
  const isCut = tokenizer.encode(text).length > ids.length;
  if (ids.length === 0) throw new RangeError('the text has no tokens; write some words');
  return { ids, isCut };
}

/** A token as it is shown: its text, or its name where it has none or is a part of a character. */
export function tokenText(tokenizer: PreTrainedTokenizer, id: number): string {
  const text = tokenizer.decode([id]);
  if (text !== '' && !text.includes('\uFFFD')) return text;
  return tokenizer.id_to_token(id) ?? `#${id}`;
}
