import { useEffect, useState } from 'preact/hooks';
import { deleteSavedModel, listSavedModels } from '../models/saved.ts';
import { ProblemBox } from '../shared/problem-box.tsx';
import { canSaveToFolder, downloadModel, saveToFolder } from './export-model.ts';

interface SavedModelsProps {
  /** Changes when there may be other models. */
  readonly version: unknown;
  /** Shows a model in the run tab. */
  run(name: string): void;
  /** Shows a model in the attention tab. */
  look(name: string): void;
  announce(message: string): void;
}

/** The models that are saved in this browser, and what can be done with them. */
export function SavedModels({ version, run, look, announce }: SavedModelsProps) {
  const [names, setNames] = useState<readonly string[]>([]);
  const [error, setError] = useState<unknown>();
  const refresh = () => listSavedModels().then(setNames, setError);
  useEffect(() => void refresh(), [version]);
  const attempt = (work: () => Promise<unknown>, done: string) => {
    setError(undefined);
    work().then((result) => result !== false && announce(done), setError);
  };
  if (names.length === 0 && error === undefined) return null;
  return (
    <section class="card" aria-labelledby="saved-title">
      <h2 id="saved-title">Saved in this browser</h2>
      {error !== undefined && <ProblemBox error={error} />}
      <ul class="saved-models">
        {names.map((name) => (
          <li key={name}>
            <span class="label">{name}</span>
            <span class="button-row">
              <Action verb="Run" name={name} act={() => run(name)} />
              <Action verb="Attention" name={name} act={() => look(name)} />
              <Action
                verb="Download"
                name={name}
                act={() => attempt(() => downloadModel(name), `${name} is downloaded.`)}
              />
              {canSaveToFolder && (
                <Action
                  verb="Save to a folder…"
                  name={name}
                  act={() => attempt(() => saveToFolder(name), `${name} is saved.`)}
                />
              )}
              <Action
                verb="Delete"
                name={name}
                act={() =>
                  attempt(() => deleteSavedModel(name).then(refresh), `${name} is deleted.`)
                }
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Action({ verb, name, act }: { verb: string; name: string; act(): void }) {
  return (
    <button type="button" class="quiet" aria-label={`${verb}: ${name}`} onClick={act}>
      {verb}
    </button>
  );
}
