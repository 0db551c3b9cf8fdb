/** Why a repository could not be read. */
export type HubErrorCode =
  /** The token is missing, wrong or expired, or the repository is private. */
  | 'unauthorized'
  /** The repository's terms have to be accepted first. */
  | 'gated'
  /** There is no such repository, or it is private. */
  | 'repository-not-found'
  /** The repository has no such branch, tag or commit. */
  | 'revision-not-found'
  /** Downloading was not allowed, and the cache does not hold what is wanted. */
  | 'not-cached'
  /** The hub could not be reached, or connections were cut again and again. */
  | 'network'
  /** The hub answered with an error of its own. */
  | 'server'
  /** What arrived is not what the hub announced. */
  | 'corrupt';

/** A repository of the hub that cannot be read; the message says what to do. */
export class HubError extends Error {
  override readonly name = 'HubError';
  /** Why, for callers that branch on it. */
  readonly code: HubErrorCode;
  /** The repository. */
  readonly repository: string;

  /** @param code - Why. @param repository - Which one. @param message - What to do. @param cause - What threw. */
  constructor(code: HubErrorCode, repository: string, message: string, cause?: unknown) {
    super(`${repository}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.repository = repository;
  }
}

/** The error of an answer, by its status and the hub's `X-Error-Code`; undefined for a missing file. */
export function errorOfResponse(
  response: Response,
  repository: string,
  revision: string,
  hasToken: boolean,
): HubError | undefined {
  const { status, headers, url } = response;
  const error = (code: HubErrorCode, message: string) => new HubError(code, repository, message);
  const kind = headers.get('x-error-code');
  if (kind === 'GatedRepo') {
    return error(
      'gated',
      hasToken
        ? 'the model is gated and this token has no access; accept its terms on its page, with the account of the token'
        : 'the model is gated; accept its terms on its page and pass { token } (or set HF_TOKEN)',
    );
  }
  if (kind === 'RevisionNotFound') {
    return error(
      'revision-not-found',
      `has no revision ${JSON.stringify(revision)}; wants a branch, a tag or a commit`,
    );
  }
  if (kind === 'EntryNotFound') return undefined;
  if (status === 401 && hasToken && kind !== 'RepoNotFound') {
    return error(
      'unauthorized',
      'the hub refused the token (401); is it valid, and may it read this repository?',
    );
  }
  // Whoever is anonymous does not learn whether a repository exists.
  if (status === 401 || kind === 'RepoNotFound') {
    return error(
      'repository-not-found',
      `no such repository, or it is private (${status}); check the spelling${hasToken ? ' and whether the token may read it' : ', or pass { token } (or set HF_TOKEN)'}`,
    );
  }
  if (status === 403) {
    return error(
      'unauthorized',
      `the hub forbids reading it (403); ${hasToken ? 'may the token read this repository?' : 'pass { token } (or set HF_TOKEN)'}`,
    );
  }
  if (status === 404 || status === 410) return undefined;
  return error('server', `${url || 'the hub'} answered ${status} ${response.statusText}`.trimEnd());
}
