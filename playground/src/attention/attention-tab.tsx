import { useState } from 'preact/hooks';
import { InspectForm } from '../inspect/inspect-form.tsx';
import type { InspectEvent } from '../inspect/load-model.ts';
import { parseReference } from '../models/reference.ts';
import { Progress } from '../run/progress.tsx';
import { CopyButtons } from '../shared/copy-buttons.tsx';
import { ProblemBox } from '../shared/problem-box.tsx';
import { useRunning } from '../shared/use-running.ts';
import type { TabProps } from '../shell/tabs.ts';
import { HeadGrid } from './head-grid.tsx';
import { HeadView } from './head-view.tsx';
import type { AttentionKind, LookOutput } from './operations.ts';
import { programOf } from './program.ts';
import './attention.css';

const suggestions = [
  'sentence-transformers/all-MiniLM-L6-v2',
  'openai-community/gpt2',
  'google-t5/t5-small',
];
const usualText = 'The cat sat on the mat because it was tired.';

const titles: Readonly<Record<AttentionKind, string>> = {
  self: 'The text to itself',
  cross: 'Written text to source',
  encoder: 'Source to itself',
  decoder: 'Written text to itself',
};

/** Where each head of each layer looks. */
export function AttentionTab({ engine, device, parameters, change, announce }: TabProps) {
  const { model = suggestions[0]!, text = usualText, target = '' } = parameters;
  const [output, setOutput] = useState<LookOutput>();
  const [event, setEvent] = useState<InspectEvent>();
  const { isRunning, error, start, cancel } = useRunning();
  const part = output?.parts.find(({ kind }) => kind === parameters.part) ?? output?.parts[0];
  const layer = position(parameters.layer, part?.layers);
  const head = position(parameters.head, part?.heads);

  const run = () =>
    start(async (signal) => {
      setOutput(undefined);
      setEvent(undefined);
      const input = { model: parseReference(model), device, text, target };
      const result = await engine.call('attention/look', input, { signal, onEvent: setEvent });
      setOutput(result);
      const [{ layers, heads }] = result.parts as [LookOutput['parts'][number]];
      announce(`Attention of ${layers} layers with ${heads} heads each.`);
    });

  return (
    <div class="columns">
      <InspectForm
        model={model}
        suggestions={suggestions}
        text={text}
        change={change}
        isRunning={isRunning}
        verb="Look"
        start={run}
        cancel={cancel}
      >
        <div class="field">
          <label for="target">Written text</label>
          <input
            id="target"
            value={target}
            aria-describedby="target-note"
            onInput={({ currentTarget }) => change({ target: currentTarget.value || undefined })}
          />
          <p id="target-note" class="note">
            For models that turn one text into another; left empty, it is what the model writes.
          </p>
        </div>
      </InspectForm>
      <section class="card" aria-label="Result" aria-busy={isRunning}>
        {isRunning && <Progress event={event} />}
        {error !== undefined && <ProblemBox error={error} />}
        {output && part && (
          <>
            {output.isCut && (
              <p class="note">The text is long: only its first 64 tokens are shown.</p>
            )}
            {output.parts.length > 1 && (
              <div class="field">
                <label for="part">Attention of</label>
                <select
                  id="part"
                  value={part.kind}
                  onChange={({ currentTarget }) => change({ part: currentTarget.value })}
                >
                  {output.parts.map(({ kind }) => (
                    <option key={kind} value={kind}>
                      {titles[kind]}
                    </option>
                  ))}
                </select>
              </div>
            )}
            <p class="note">
              {part.layers} layers (rows) with {part.heads} heads each. In a picture, a row is a
              token that looks, a column one that it looks at.
            </p>
            <HeadGrid
              part={part}
              layer={layer}
              head={head}
              choose={(toLayer, toHead) =>
                change({ layer: String(toLayer + 1), head: String(toHead + 1) })
              }
            />
            <HeadView part={part} layer={layer} head={head} />
          </>
        )}
        {!isRunning && !output && error === undefined && (
          <p class="note">
            A token's new vector is a mean of those of other tokens. Each head weighs them its own
            way: here one sees how.
          </p>
        )}
        <CopyButtons program={() => programOf({ model, text, device, kind: part?.kind })} />
      </section>
    </div>
  );
}

/** A number of a link, from 1, as a position of a list; the first where the list has no such place. */
function position(number: string | undefined, count = 1): number {
  const value = Number(number ?? 1) - 1;
  return Number.isInteger(value) && value >= 0 && value < count ? value : 0;
}
