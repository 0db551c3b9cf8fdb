import { setDefaultDevice } from '@llm/nn';
import { openReference } from '../models/open.ts';
import type { ModelReference } from '../models/reference.ts';
import type { Operation } from '../worker/protocol.ts';

/** A call of a task's pipeline. */
export interface CallInput {
  /** The task's id. */
  readonly task: 'text-classification';
  /** The model. */
  readonly model: ModelReference;
  /** The device. */
  readonly device: string;
  /** What the pipeline is called with. */
  readonly text: string;
}

/** Loads a model if it is not there, and calls it. */
export const call: Operation<
  CallInput,
  unknown,
  { readonly kind: 'download'; readonly share: number }
> = async ({ task, model, device, text }, { signal, emit }) => {
  const { pipeline } = await import('@llm/apps');
  setDefaultDevice(device);
  const run = await pipeline(task, await openReference(model), {
    signal,
    progress: ({ overall }) => emit({ kind: 'download', share: overall.loaded / overall.total }),
  });
  return run(text);
};
