import { parseJson } from '../json.ts';
import type { HubClient } from './client.ts';
import { env } from './environment.ts';
import { errorOfResponse, HubError } from './errors.ts';
import type { RemoteFile } from './remote-file.ts';
import { fileAddress, infoAddress } from './repository.ts';

/** What the hub knows about a revision. */
export interface RepositoryInfo {
  /** Its commit. */
  readonly commit: string;
  /** Its files by name. */
  readonly files: ReadonlyMap<string, RemoteFile>;
}

/**
 * Asks the hub about all files of a revision. Pages learn sizes and hashes in this way: the headers of a redirect,
 * which hold them for large files, are hidden from pages.
 *
 * @throws HubError if the repository cannot be read.
 */
export async function askRepository(client: HubClient, revision: string): Promise<RepositoryInfo> {
  const { repository } = client;
  const url = `${infoAddress(env.remoteHost, repository, revision)}?blobs=true`;
  const response = await client.fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) {
    await response.body?.cancel();
    throw (
      errorOfResponse(response, repository, revision, client.hasToken) ??
      new HubError('revision-not-found', repository, `has no revision ${JSON.stringify(revision)}`)
    );
  }
  const info = parseJson(new Uint8Array(await response.arrayBuffer()), url);
  const { sha, siblings } = (info ?? {}) as { sha?: unknown; siblings?: unknown };
  if (typeof sha !== 'string' || !/^[\w.-]{1,100}$/.test(sha) || !Array.isArray(siblings)) {
    throw new HubError(
      'server',
      repository,
      `${url} answers without commit and files; is it a hub?`,
    );
  }
  const files = new Map<string, RemoteFile>();
  for (const sibling of siblings) {
    const file = describe(sibling, repository, sha);
    if (file) files.set(file.name, file.remote);
  }
  return { commit: sha, files };
}

/** One entry of the answer; undefined if it is none or lacks what a download needs. */
function describe(sibling: unknown, repository: string, commit: string) {
  const { rfilename, size, blobId, lfs } = (sibling ?? {}) as Record<string, unknown>;
  const large = (lfs ?? {}) as Record<string, unknown>;
  const etag = large.sha256 ?? blobId;
  const bytes = large.size ?? size;
  const isValid =
    typeof rfilename === 'string' &&
    typeof etag === 'string' &&
    /^[0-9a-f]{40,64}$/.test(etag) &&
    typeof bytes === 'number' &&
    Number.isSafeInteger(bytes) &&
    bytes >= 0;
  if (!isValid) return undefined;
  const remote: RemoteFile = {
    etag,
    sha256: etag.length === 64 ? etag : undefined,
    size: bytes,
    commit,
    url: fileAddress(env.remoteHost, repository, commit, rfilename),
    validator: undefined,
  };
  return { name: rfilename, remote };
}
