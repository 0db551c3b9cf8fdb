import { useRef, useState } from 'preact/hooks';
import { parseReference } from '../models/reference.ts';
import { CopyButtons } from '../shared/copy-buttons.tsx';
import { ProblemBox } from '../shared/problem-box.tsx';
import type { TabProps } from '../shell/tabs.ts';

const usualModel = 'distilbert/distilbert-base-uncased-finetuned-sst-2-english';

/** Calls a model on what is typed. */
export function RunTab({ engine, device, parameters, change }: TabProps) {
  const { model = usualModel, text = 'What a wonderful evening!' } = parameters;
  const [result, setResult] = useState<unknown>();
  const [error, setError] = useState<unknown>();
  const [share, setShare] = useState<number>();
  const stop = useRef<AbortController | undefined>(undefined);
  const run = async () => {
    stop.current = new AbortController();
    setError(undefined);
    setShare(0);
    try {
      const reference = parseReference(model);
      const { signal } = stop.current;
      const input = { task: 'text-classification', model: reference, device, text } as const;
      const onEvent = (event: { readonly share: number }) => setShare(event.share);
      setResult(await engine.call('run/call', input, { signal, onEvent }));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setShare(undefined);
    }
  };
  return (
    <div class="card">
      <label for="model">Model</label>
      <input id="model" value={model} onChange={(e) => change({ model: e.currentTarget.value })} />
      <label for="text">Text</label>
      <textarea
        id="text"
        rows={3}
        value={text}
        onInput={(e) => change({ text: e.currentTarget.value })}
      />
      <button
        type="button"
        class="primary"
        onClick={share === undefined ? run : () => stop.current?.abort()}
      >
        {share === undefined ? 'Run' : 'Cancel'}
      </button>
      {share !== undefined && <progress value={share} max={1} aria-label="model download" />}
      {error !== undefined && <ProblemBox error={error} />}
      {result !== undefined && <pre>{JSON.stringify(result, null, 2)}</pre>}
      <CopyButtons program={() => ''} />
    </div>
  );
}
