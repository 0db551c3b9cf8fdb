import type { Parameters } from '../state/link.ts';
import type { OptionField } from './task-form.ts';

interface OptionInputsProps {
  readonly options: readonly OptionField[];
  readonly parameters: Parameters;
  change(name: string, value: string): void;
}

/** The inputs of a task's options. */
export function OptionInputs({ options, parameters, change }: OptionInputsProps) {
  if (options.length === 0) return null;
  return (
    <fieldset>
      <legend>Options</legend>
      {options.map((option) => (
        <OptionInput
          key={option.name}
          option={option}
          value={parameters[option.name]}
          change={(value) => change(option.name, value)}
        />
      ))}
    </fieldset>
  );
}

interface OptionInputProps {
  readonly option: OptionField;
  readonly value: string | undefined;
  change(value: string): void;
}

function OptionInput({ option, value, change }: OptionInputProps) {
  const id = `option-${option.name}`;
  if (option.kind === 'flag') {
    const isOn = value === undefined ? option.initial : value === 'true';
    return (
      <div class="option">
        <label for={id}>{option.label}</label>
        <input
          id={id}
          type="checkbox"
          checked={isOn}
          onChange={(event) => change(String(event.currentTarget.checked))}
        />
      </div>
    );
  }
  return (
    <div class={option.kind === 'line' ? 'field' : 'option'}>
      <label for={id}>{option.label}</label>
      {option.kind === 'number' && (
        <input
          id={id}
          type="number"
          min={option.least}
          max={option.most}
          step={option.step ?? 1}
          value={value ?? option.initial}
          onChange={(event) => change(event.currentTarget.value)}
        />
      )}
      {option.kind === 'line' && (
        <input
          id={id}
          value={value ?? ''}
          onChange={(event) => change(event.currentTarget.value)}
        />
      )}
      {option.kind === 'choice' && (
        <select
          id={id}
          value={value ?? option.initial}
          onChange={(event) => change(event.currentTarget.value)}
        >
          {option.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
    </div>
  );
}
