// The model lives here. Only the newest text counts: what came meanwhile is answered once, at its end.
import { pipeline, type TextClassificationPipeline } from '@llm/apps';
import { env } from '@llm/hub';

/** What the worker tells the page. */
export type Message =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'answer';
      readonly label: string;
      readonly score: number;
      readonly milliseconds: number;
    }
  | { readonly kind: 'error'; readonly message: string };

const tell = (message: Message) => postMessage(message);
let classify: TextClassificationPipeline | undefined;
let newest: string | undefined;
let working = false;

addEventListener('message', async ({ data }: MessageEvent<string | { query: string }>) => {
  try {
    if (typeof data === 'object') await load(new URLSearchParams(data.query));
    else {
      newest = data;
      if (!working) await work();
    }
  } catch (error) {
    tell({ kind: 'error', message: (error as Error).message });
  }
});

async function load(query: URLSearchParams): Promise<void> {
  if (query.has('hub')) env.remoteHost = query.get('hub')!;
  classify = await pipeline('sentiment-analysis', query.get('model'), {
    progress: ({ overall }) => tell({ kind: 'progress', share: overall.loaded / overall.total }),
  });
  tell({ kind: 'ready' });
}

async function work(): Promise<void> {
  working = true;
  try {
    while (newest !== undefined) {
      const text = newest;
      newest = undefined;
      const start = performance.now();
      const [best] = await classify!(text);
      tell({ kind: 'answer', ...best!, milliseconds: performance.now() - start });
    }
  } finally {
    working = false;
  }
}
