import { OperationError } from '../worker/protocol.ts';

/** An error as a person reads it: what happened, and what to do. */
export function ProblemBox({ error }: { readonly error: unknown }) {
  if (error instanceof DOMException && error.name === 'AbortError') return null;
  const problem = error instanceof OperationError ? error.problem : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div class="problem" role="alert">
      <strong>{titleOf(problem?.name, problem?.code)}</strong>
      <p>{message}</p>
    </div>
  );
}

function titleOf(name = '', code = ''): string {
  if (code === 'network' || code === 'server') return 'The model could not be downloaded';
  if (name === 'HubError') return 'The hub does not give this model';
  if (name === 'MissingFileError') return 'The model has no such file';
  if (name === 'OutOfMemoryError' || name === 'RangeError') return 'It does not fit';
  if (name === 'WrongInputError' || name === 'TypeError') return 'That does not fit the task';
  return 'That did not work';
}
