/**
 * Runs in a page: models from the hub at `?host=…`, kept in the browser's cache, with `&inputs=…`.
 */
import { type DownloadProgress, env } from '@llm/hub';
import { AutoModelForCausalLM, type ModelInputs, setDefaultDevice } from '@llm/nn';

/** What the page found. */
export interface HubOutcome {
  readonly error?: string;
  /** Code of the error of a file that is not what the hub announced. */
  readonly damaged?: unknown;
  /** Logits of the model after the download, and after it was loaded from the cache alone. */
  readonly logits?: readonly (readonly number[])[];
  /** Files whose download was reported as done. */
  readonly done?: readonly string[];
  /** Paths in the browser's cache. */
  readonly cached?: readonly string[];
}

const { from_pretrained: load } = AutoModelForCausalLM;

async function run(): Promise<HubOutcome> {
  const query = new URLSearchParams(location.search);
  setDefaultDevice('wasm');
  Object.assign(env, { remoteHost: query.get('host')!, retryDelay: 1 });
  const damaged = await load('tiny/damaged').then(
    () => 'loaded',
    (error: { code?: unknown }) => error.code ?? String(error),
  );
  const inputs = JSON.parse(query.get('inputs')!) as ModelInputs;
  const done: string[] = [];
  const progress = ({ status, file }: DownloadProgress) => {
    if (status === 'done') done.push(file);
  };
  const logits: number[][] = [];
  for (const options of [{ progress }, { local_files_only: true }]) {
    const model = await load('tiny/llama', options);
    logits.push(Array.from(await model.forward(inputs).logits.data()));
  }
  const keys = await Promise.all(
    (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
  );
  return { damaged, logits, done, cached: keys.flat().map(({ url }) => new URL(url).pathname) };
}

const page = globalThis as { outcome?: HubOutcome };
run().then(
  (outcome) => {
    page.outcome = outcome;
  },
  (error) => {
    page.outcome = { error: String(error) };
  },
);
