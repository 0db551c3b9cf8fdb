import type { Field } from './task-form.ts';

interface FieldInputProps {
  readonly field: Field;
  readonly value: string;
  change(value: string): void;
  /** Ctrl+Enter (⌘+Enter) was pressed. */
  submit(): void;
}

/** The input of one of a task's texts. */
export function FieldInput({ field, value, change, submit }: FieldInputProps) {
  const id = `field-${field.name}`;
  const onKeyDown = (event: KeyboardEvent) => {
    const isSubmit = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (isSubmit) submit();
  };
  return (
    <div class="field">
      <label for={id}>{field.label}</label>
      {field.kind === 'line' ? (
        <input
          id={id}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      ) : (
        <textarea
          id={id}
          rows={Math.min(10, Math.max(3, value.split('\n').length, Math.ceil(value.length / 80)))}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
    </div>
  );
}
