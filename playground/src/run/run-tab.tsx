import { useState } from 'preact/hooks';
import { ModelPicker } from '../models/model-picker.tsx';
import { parseReference } from '../models/reference.ts';
import { CopyButtons } from '../shared/copy-buttons.tsx';
import { ProblemBox } from '../shared/problem-box.tsx';
import { useRunning } from '../shared/use-running.ts';
import type { TabProps } from '../shell/tabs.ts';
import { FieldInput } from './field-input.tsx';
import { Measurements } from './measurements.tsx';
import type { CallEvent, CallOutput } from './operations.ts';
import { OptionInputs } from './option-inputs.tsx';
import { programOf } from './program.ts';
import { Progress } from './progress.tsx';
import { Result } from './results/result.tsx';
import { type FilledForm, fieldValue, readForm, type TaskForm } from './task-form.ts';
import { taskForms } from './tasks.ts';
import './run.css';

interface Shown extends FilledForm {
  readonly form: TaskForm;
  readonly output: CallOutput;
}

/** Does any task of the pipelines with any model. */
export function RunTab({ engine, device, parameters, change, announce }: TabProps) {
  const form = taskForms.find(({ id }) => id === parameters.task) ?? taskForms[0]!;
  const model = parameters.model ?? form.model;
  const [shown, setShown] = useState<Shown>();
  const [event, setEvent] = useState<CallEvent>();
  const [streamed, setStreamed] = useState('');
  const { isRunning, error, start, cancel } = useRunning();

  const run = () =>
    start(async (signal) => {
      setShown(undefined);
      setEvent(undefined);
      setStreamed('');
      const filled = readForm(form, parameters);
      const input = { task: form.id, model: parseReference(model), device, ...filled };
      const onEvent = (next: CallEvent) => {
        setEvent(next);
        if (next.kind === 'generated') setStreamed((text) => text + next.text);
      };
      const output = await engine.call('run/call', input, { signal, onEvent });
      setShown({ form, output, ...filled });
      announce(`${form.title} is done.`);
    });
  const program = () => programOf({ task: form.id, model, device, ...readForm(form, parameters) });
  // What was typed for one task means nothing for another; the device stays.
  const chooseTask = (id: string) => {
    cancel();
    setShown(undefined);
    const gone = Object.keys(parameters).filter((name) => name !== 'device');
    change({ ...Object.fromEntries(gone.map((name) => [name, undefined])), task: id });
  };

  return (
    <div class="columns">
      <div class="card">
        <div class="field">
          <label for="task">Task</label>
          <select
            id="task"
            value={form.id}
            aria-describedby="task-note"
            onChange={({ currentTarget }) => chooseTask(currentTarget.value)}
          >
            {taskForms.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
          <p id="task-note" class="note">
            {form.about}
          </p>
        </div>
        <ModelPicker
          value={model}
          suggestions={[form.model]}
          onChange={(value) => change({ model: value })}
        />
        <OptionInputs
          options={form.options}
          parameters={parameters}
          change={(name, value) => change({ [name]: value })}
        />
      </div>
      <div class="stack">
        <form
          class="card"
          aria-label="Input"
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          {form.fields.map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={fieldValue(form, field.name, parameters)}
              change={(value) => change({ [field.name]: value })}
              submit={run}
            />
          ))}
          <div class="button-row">
            <button type="submit" class="primary" disabled={isRunning}>
              Run
            </button>
            {isRunning && (
              <button type="button" onClick={cancel}>
                Cancel
              </button>
            )}
            <span class="examples">
              <span class="note">Try</span>
              {form.examples.map(({ title, values }) => (
                <button key={title} type="button" class="quiet" onClick={() => change(values)}>
                  {title}
                </button>
              ))}
            </span>
          </div>
        </form>
        <section class="card" aria-label="Result" aria-busy={isRunning}>
          {isRunning && <Progress event={event} />}
          {isRunning && streamed && <p class="generated">{streamed}</p>}
          {error !== undefined && <ProblemBox error={error} />}
          {shown && <Result {...shown} />}
          {shown && <Measurements output={shown.output} />}
          {!isRunning && !shown && error === undefined && (
            <p class="note">
              The model is downloaded at the first run ({form.model === model ? 'once' : model}),
              and the result appears here.
            </p>
          )}
          <CopyButtons program={program} />
        </section>
      </div>
    </div>
  );
}
