import { checkFileName } from '../file-name.ts';

const PART = /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/;

/** True for what may be the name of a repository: `name` or `owner/name`. */
export function isRepositoryId(id: string): boolean {
  const parts = id.split('/');
  return (
    id.length <= 96 &&
    parts.length <= 2 &&
    parts.every((part) => PART.test(part)) &&
    !/--|\.\./.test(id) &&
    !id.endsWith('.git')
  );
}

/** True for a full commit hash, which never moves. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * Checks a revision: a branch, a tag, a commit, or `refs/pr/N`.
 *
 * @throws Error if it could lead elsewhere in an address or a folder.
 */
export function checkRevision(revision: string): string {
  try {
    return checkFileName(revision);
  } catch {
    throw new Error(`revision: got ${JSON.stringify(revision)}, wants a branch, a tag or a commit`);
  }
}

/** Address of a file: `HOST/ID/resolve/REVISION/FILE`. */
export function fileAddress(host: string, id: string, revision: string, name: string): string {
  const path = checkFileName(name).split('/').map(encodeURIComponent).join('/');
  return `${host}/${id}/resolve/${encodeURIComponent(revision)}/${path}`;
}

/** Address of what the hub knows about a revision. */
export function infoAddress(host: string, id: string, revision: string): string {
  return `${host}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
}
