/**
 * The run tab's part of the worker: one pipeline is kept, until another is wanted.
 *
 * @module
 */
import { type PipelineBase, type PipelineTask, pipeline, TextStreamer } from '@llm/apps';
import { BackendDevice, getDevice, setDefaultDevice, type Tensor } from '@llm/nn';
import { openReference } from '../models/open.ts';
import type { ModelReference } from '../models/reference.ts';
import type { Context, Operation } from '../worker/protocol.ts';

/** A call of a task's pipeline. */
export interface CallInput {
  readonly task: PipelineTask;
  readonly model: ModelReference;
  /** `auto`, `webgpu` or `wasm`. */
  readonly device: string;
  /** The arguments before the options. */
  readonly inputs: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What happens before the result. */
export type CallEvent =
  /** Bytes of the model's files that are there. */
  | { readonly kind: 'download'; readonly loaded: number; readonly total: number }
  /** The model computes. */
  | { readonly kind: 'computing' }
  /** More text of a generation, which may be empty, and its tokens so far. */
  | { readonly kind: 'generated'; readonly text: string; readonly tokens: number };

/** The result and what it took. */
export interface CallOutput {
  /** What the pipeline gave; tensors as nested lists. */
  readonly result: unknown;
  /** Seconds that loading the model took; 0 if it was there. */
  readonly loading: number;
  /** Seconds of the call. */
  readonly seconds: number;
  /** Tokens that were generated, for tasks that generate. */
  readonly tokens?: number;
  /** Where it ran: `webgpu` or `wasm`. */
  readonly device: string;
  /** Bytes on the device: in use now, and at most so far. */
  readonly memory: { readonly live: number; readonly peak: number };
}

interface Loaded extends PipelineBase {
  (...args: unknown[]): Promise<unknown>;
}

let kept: { readonly key: string; readonly pipeline: Loaded } | undefined;

/** Loads the model if another one is there, and calls its pipeline. */
export const call: Operation<CallInput, CallOutput, CallEvent> = async (input, context) => {
  const { signal, emit } = context;
  const begin = performance.now();
  const { pipeline: run, isNew } = await load(input, context);
  const loading = isNew ? (performance.now() - begin) / 1000 : 0;
  signal.throwIfAborted();
  emit({ kind: 'computing' });
  const start = performance.now();
  const counter = { tokens: 0 };
  const options = { ...input.options, ...observing(input.task, run, context, counter) };
  const result = await plain(await run(...input.inputs, options));
  const seconds = (performance.now() - start) / 1000;
  const device = await getDevice();
  if (!(device instanceof BackendDevice))
    throw new Error(`${device.name} is no device of the page`);
  const { live, peak } = device.backend.memory();
  return {
    result,
    loading,
    seconds,
    ...(counter.tokens > 0 && { tokens: counter.tokens }),
    device: device.name,
    memory: { live, peak },
  };
};

async function load(
  { task, model, device }: CallInput,
  { signal, emit }: Context<CallEvent>,
): Promise<{ readonly pipeline: Loaded; readonly isNew: boolean }> {
  const place = model.kind === 'folder' ? [model.name, model.files.map(describe)] : model;
  const key = JSON.stringify([task, place, device]);
  if (kept?.key === key) return { pipeline: kept.pipeline, isNew: false };
  release();
  setDefaultDevice(device);
  const made = (await pipeline(task, await openReference(model), {
    signal,
    progress: ({ overall }) => emit({ kind: 'download', ...overall }),
  })) as unknown as Loaded;
  kept = { key, pipeline: made };
  return { pipeline: made, isNew: true };
}

/** Frees the kept model at once, before another one takes memory. */
function release(): void {
  if (!kept) return;
  kept.pipeline.dispose();
  for (const tensor of Object.values(kept.pipeline.model.stateDict())) tensor.dispose();
  kept = undefined;
}

/** A folder that was chosen again after its files were changed is another model. */
function describe({ name, file }: { name: string; file: File }) {
  return [name, file.size, file.lastModified];
}

/** Options that tell what is generated while it comes, and let it be cancelled. */
function observing(
  task: PipelineTask,
  { tokenizer }: Loaded,
  { signal, emit }: Context<CallEvent>,
  counter: { tokens: number },
): Readonly<Record<string, unknown>> {
  if (task === 'text-generation') {
    const streamer = new TextStreamer(tokenizer, {
      token_callback_function: () => {
        counter.tokens++;
      },
      callback_function: (text) => emit({ kind: 'generated', text, tokens: counter.tokens }),
    });
    return { signal, streamer, return_full_text: false };
  }
  if (task !== 'translation' && task !== 'summarization' && task !== 'text2text-generation') {
    return {};
  }
  // These have no streamer, as beams change their minds; the longest one is counted.
  const count = (_: readonly number[], added: readonly number[]) => {
    if (added.length > counter.tokens) {
      counter.tokens = added.length;
      emit({ kind: 'generated', text: '', tokens: counter.tokens });
    }
    return false;
  };
  return { signal, stopping_criteria: [count] };
}

async function plain(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !('toArray' in result)) return result;
  return (result as Tensor).toArray();
}
