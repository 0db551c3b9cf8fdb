import type { ComponentChildren } from 'preact';
import { ModelPicker } from '../models/model-picker.tsx';
import type { ParameterChanges } from '../state/link.ts';

interface InspectFormProps {
  readonly model: string;
  /** Repositories to suggest. */
  readonly suggestions: readonly string[];
  readonly text: string;
  change(changes: ParameterChanges): void;
  readonly isRunning: boolean;
  /** What the button that starts says. */
  readonly verb: string;
  start(): void;
  cancel(): void;
  /** Further fields. */
  readonly children?: ComponentChildren;
}

/** A model and a text that it is looked into with. */
export function InspectForm(props: InspectFormProps) {
  const { model, suggestions, text, change, isRunning, verb, start, cancel, children } = props;
  return (
    <form
      class="card"
      aria-label="Input"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <ModelPicker
        value={model}
        suggestions={suggestions}
        onChange={(value) => change({ model: value })}
      />
      <div class="field">
        <label for="inspect-text">Text</label>
        <textarea
          id="inspect-text"
          rows={4}
          value={text}
          onInput={({ currentTarget }) => change({ text: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            start();
          }}
        />
      </div>
      {children}
      <div class="button-row">
        <button type="submit" class="primary" disabled={isRunning}>
          {verb}
        </button>
        {isRunning && (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
