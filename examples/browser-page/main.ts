// The page: text goes to the worker, what it says comes back. ?model=ID takes another model than the default.
import type { Message } from './worker.ts';

const find = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const text = find<HTMLTextAreaElement>('text');
const result = find<HTMLOutputElement>('result');
const progress = find<HTMLProgressElement>('progress');

// A worker, so that the page stays alive while the model computes.
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const ask = () => worker.postMessage(text.value);

worker.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'progress') progress.value = data.share;
  if (data.kind === 'ready') {
    progress.hidden = true;
    text.disabled = false;
    text.addEventListener('input', ask);
    ask();
  }
  if (data.kind === 'answer') {
    result.textContent = `${data.label}, ${(100 * data.score).toFixed(1)} % (${data.milliseconds.toFixed(0)} ms)`;
  }
  if (data.kind === 'error') result.textContent = `That did not work: ${data.message}`;
});
worker.postMessage({ query: location.search });
