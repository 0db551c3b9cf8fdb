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
      {adviceOf(problem?.code)}
    </div>
  );
}

/** What helps on this page, where the message speaks of programs. */
function adviceOf(code: string | undefined) {
  const isPrivate = code === 'gated' || code === 'unauthorized' || code === 'repository-not-found';
  if (!isPrivate) return null;
  return (
    <p>
      This page sends no token. Download a private or gated model with your account, then take it
      with “Choose a folder”.
    </p>
  );
}

function titleOf(name = '', code = ''): string {
  if (code === 'network' || code === 'server') return 'The model could not be downloaded';
  if (name === 'HubError') return 'The hub does not give this model';
  if (name === 'MissingFileError') return 'The model has no such file';
  if (name === 'StateDictError') return 'The model does not fit the task';
  if (name === 'OutOfMemoryError') return 'The model does not fit into memory';
  if (name === 'WrongInputError' || name === 'TypeError') return 'That does not fit the task';
  return 'That did not work';
}
