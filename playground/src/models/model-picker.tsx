import { useEffect, useRef, useState } from 'preact/hooks';
import { rememberFolder } from './reference.ts';
import { listSavedModels } from './saved.ts';

interface ModelPickerProps {
  /** The model as text; see `parseReference`. */
  readonly value: string;
  /** Repositories to suggest. */
  readonly suggestions: readonly string[];
  onChange(value: string): void;
}

/** Names a model: a repository, an address, a folder of this computer, or one that was trained on the page. */
export function ModelPicker({ value, suggestions, onChange }: ModelPickerProps) {
  const [saved, setSaved] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState('');
  const folder = useRef<HTMLInputElement>(null);
  useEffect(() => {
    listSavedModels().then(setSaved, () => setSaved([]));
  }, []);
  const pick = (files: FileList | null) => {
    if (!files || files.length === 0) return;
    try {
      onChange(rememberFolder(files));
      setProblem('');
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <div class="field">
      <label for="model">Model</label>
      <input
        id="model"
        list="models"
        value={value}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        aria-describedby="model-note"
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <datalist id="models">
        {[...suggestions, ...saved.map((name) => `saved:${name}`)].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p id="model-note" class="note">
        A repository of the hub, an https: address, or a folder. Downloads are kept.
      </p>
      <div class="button-row">
        <button type="button" class="quiet" onClick={() => folder.current!.click()}>
          Choose a folder…
        </button>
        {saved.map((name) => (
          <button key={name} type="button" class="quiet" onClick={() => onChange(`saved:${name}`)}>
            {name} (trained here)
          </button>
        ))}
        <input
          ref={folder}
          type="file"
          hidden
          aria-label="Folder of a model"
          {...{ webkitdirectory: true }}
          onChange={(event) => pick(event.currentTarget.files)}
        />
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
