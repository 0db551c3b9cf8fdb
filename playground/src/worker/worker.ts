/**
 * The page's worker: models live here, so that the page stays alive while they compute.
 *
 * @module
 */
import { env } from '@llm/hub';
import { type OperationName, operations } from './operations.ts';
import { type Operation, problemOf, type Reply, type Request } from './protocol.ts';

const running = new Map<number, AbortController>();
const tell = (reply: Reply) => postMessage(reply);

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'configure') env.remoteHost = data.hub;
  else if (data.kind === 'cancel') running.get(data.id)?.abort();
  else void perform(data.id, data.operation, data.input);
});

async function perform(id: number, name: string, input: unknown): Promise<void> {
  const stop = new AbortController();
  running.set(id, stop);
  // Without a network, models come from the cache.
  env.offline = !navigator.onLine;
  try {
    const operation = (await operations[name as OperationName]()) as Operation<
      unknown,
      unknown,
      unknown
    >;
    const output = await operation(input, {
      signal: stop.signal,
      emit: (event) => tell({ kind: 'event', id, event }),
    });
    tell({ kind: 'result', id, output });
  } catch (error) {
    tell({ kind: 'error', id, problem: problemOf(error) });
  } finally {
    running.delete(id);
  }
}
