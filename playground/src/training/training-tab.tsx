import { useRef, useState } from 'preact/hooks';
import { CopyButtons } from '../shared/copy-buttons.tsx';
import { ProblemBox } from '../shared/problem-box.tsx';
import type { TabProps } from '../shell/tabs.ts';
import { programOf } from './program.ts';
import { SavedModels } from './saved-models.tsx';
import { checkModelName, readSettings } from './settings.ts';
import { SettingsForm } from './settings-form.tsx';
import { TrainingProgress } from './training-progress.tsx';
import { useTraining } from './use-training.ts';
import './training.css';

const usualName = 'my-translator';

/** Trains a translation model from nothing, on the page. */
export function TrainingTab({ engine, device, parameters, change, open, announce }: TabProps) {
  const training = useTraining(engine);
  const { phase, progress, outcome, stored, error } = training;
  const [file, setFile] = useState<File>();
  const heading = useRef<HTMLHeadingElement>(null);
  const isRunning = phase !== 'idle';
  const name = (parameters.name ?? usualName).trim();

  const begin = () => {
    try {
      const settings = readSettings(parameters);
      const what = { name: checkModelName(name), settings, ...(file && { file }) };
      training.start({ device, begin: what });
      heading.current?.focus();
    } catch (problem) {
      training.fail(problem);
    }
  };
  const program = () =>
    programOf({ name, settings: readSettings(parameters), device, file: file?.name });
  // A model of the user's own pairs knows their words only.
  const inTab = (tab: string, saved: string) => {
    const [sample] = progress?.samples ?? [];
    open(tab, {
      ...(tab === 'run' && { task: 'translation' }),
      model: `saved:${saved}`,
      text: sample?.source ?? 'Open the file',
      ...(device !== 'auto' && { device }),
    });
  };

  return (
    <div class="columns">
      <SettingsForm
        parameters={{ name: usualName, ...parameters }}
        change={change}
        file={file}
        chooseFile={setFile}
        isRunning={isRunning}
        begin={begin}
        program={<CopyButtons program={program} />}
      />
      <div class="stack">
        <section class="card" aria-labelledby="training-title" aria-busy={isRunning}>
          <h2 id="training-title" ref={heading} tabIndex={-1}>
            Training
          </h2>
          {stored && !isRunning && (
            <div class="stored-run">
              <p>
                “{stored.name}” is paused after step {stored.step} ({stored.data}).
              </p>
              <div class="button-row">
                <button type="button" class="primary" onClick={() => training.start({ device })}>
                  Go on
                </button>
                <button type="button" onClick={training.discard}>
                  Discard
                </button>
              </div>
            </div>
          )}
          {error !== undefined && <ProblemBox error={error} />}
          {progress ? (
            <TrainingProgress phase={phase} progress={progress} stop={training.stop} />
          ) : (
            <p class="note">
              {isRunning
                ? 'Reading the pairs, and training a tokenizer on them …'
                : 'A Transformer learns here to translate, from random weights. Start, and see the loss fall and the translations become words.'}
            </p>
          )}
          {outcome?.kind === 'finished' && (
            <div class="finished" role="status">
              <p>
                “{outcome.name}” is trained and saved in this browser.
                {outcome.bleu &&
                  ` BLEU on ${outcome.bleu.pairs} pairs that it did not learn: ${outcome.bleu.model.toFixed(1)} (English left as it is: ${outcome.bleu.copy.toFixed(1)}).`}
              </p>
              <button type="button" class="primary" onClick={() => inTab('run', outcome.name)}>
                Translate with it
              </button>
            </div>
          )}
        </section>
        <SavedModels
          version={outcome}
          run={(saved) => inTab('run', saved)}
          look={(saved) => inTab('attention', saved)}
          announce={announce}
        />
      </div>
    </div>
  );
}
