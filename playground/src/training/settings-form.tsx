import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { ParameterChanges, Parameters } from '../state/link.ts';
import { fields } from './settings.ts';

interface SettingsFormProps {
  readonly parameters: Parameters;
  change(changes: ParameterChanges): void;
  /** The user's own pairs. */
  readonly file: File | undefined;
  chooseFile(file: File | undefined): void;
  readonly isRunning: boolean;
  begin(): void;
  /** What stands below the form. */
  readonly program: ComponentChildren;
}

/** What is learned, and how. */
export function SettingsForm(props: SettingsFormProps) {
  const { parameters, change, file, chooseFile, isRunning, begin, program } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <form
      class="card"
      aria-label="Settings of the training"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <div class="field">
        <span class="label">Pairs</span>
        <p id="pairs-note" class="note">
          {file
            ? file.name
            : '3,313 short English strings of VS Code and TypeScript with their German translations.'}
        </p>
        <div class="button-row">
          <button
            type="button"
            class="quiet"
            aria-describedby="pairs-note"
            disabled={isRunning}
            onClick={() => input.current!.click()}
          >
            Choose a file of your own…
          </button>
          {file && (
            <button
              type="button"
              class="quiet"
              disabled={isRunning}
              onClick={() => {
                input.current!.value = '';
                chooseFile(undefined);
              }}
            >
              Remove
            </button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          hidden
          accept=".tsv,.csv,.jsonl"
          aria-label="File of pairs"
          onChange={({ currentTarget }) => chooseFile(currentTarget.files?.[0])}
        />
        <p class="note">CSV, TSV or JSONL with columns source and target.</p>
      </div>
      <div class="field">
        <label for="model-name">Name of the model</label>
        <input
          id="model-name"
          value={parameters.name}
          disabled={isRunning}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => change({ name: currentTarget.value })}
        />
      </div>
      <fieldset class="number-fields" disabled={isRunning}>
        <legend class="visually-hidden">Model and training</legend>
        {fields.map(({ name, label, usual, least, most, step }) => (
          <div key={name} class="number-field">
            <label for={`training-${name}`}>{label}</label>
            <input
              id={`training-${name}`}
              type="number"
              min={least}
              max={most}
              step={step || 'any'}
              value={parameters[name] ?? usual}
              onInput={({ currentTarget }) => {
                const { value } = currentTarget;
                change({ [name]: value === String(usual) ? undefined : value });
              }}
            />
          </div>
        ))}
      </fieldset>
      <button type="submit" class="primary" disabled={isRunning}>
        Start training
      </button>
      {program}
    </form>
  );
}
