import type { HubClient } from './client.ts';
import { errorOfResponse, HubError } from './errors.ts';

/** What the hub says about a file before it is downloaded. */
export interface RemoteFile {
  /** Identity of its bytes, a plain name: SHA-256 in hexadecimal for large files. */
  readonly etag: string;
  /** SHA-256 of its bytes, where the hub tells. */
  readonly sha256: string | undefined;
  /** Its size in bytes. */
  readonly size: number;
  /** The commit it belongs to. */
  readonly commit: string;
  /** Where its bytes are: the hub, or where the hub redirects. */
  readonly url: string;
  /** What `If-Range` takes at that address, if known. */
  readonly validator: string | undefined;
}

/** Renamed repositories redirect; so many times is enough. */
const MAX_REDIRECTS = 5;

/**
 * Asks the hub about a file. Not for pages, which see no redirects.
 *
 * @param client - Sends the request. @param url - Address of the file. @param revision - For messages.
 * @returns What it says, or undefined if there is no such file; then `commit` may still be known.
 * @throws HubError if the repository cannot be read.
 */
export async function askFile(
  client: HubClient,
  url: string,
  revision: string,
): Promise<{ remote: RemoteFile | undefined; commit: string | undefined }> {
  let address = url;
  for (let redirects = 0; ; redirects++) {
    const response = await client.fetch(address, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
      redirect: 'manual',
    });
    const target = redirectTarget(response, address);
    if (
      target !== undefined &&
      target.origin === new URL(address).origin &&
      redirects < MAX_REDIRECTS
    ) {
      address = target.href;
      continue;
    }
    const commit = response.headers.get('x-repo-commit') ?? undefined;
    if (target === undefined && !response.ok) {
      const error = errorOfResponse(response, client.repository, revision, client.hasToken);
      if (error) throw error;
      return { remote: undefined, commit };
    }
    return {
      remote: describe(client, response, target?.href ?? (response.url || address)),
      commit,
    };
  }
}

function redirectTarget(response: Response, address: string): URL | undefined {
  const location = response.headers.get('location');
  const isRedirect = response.status >= 300 && response.status < 400;
  if (!isRedirect || location === null) return undefined;
  const target = new URL(location, address);
  return target.protocol === 'https:' || target.protocol === 'http:' ? target : undefined;
}

function describe(client: HubClient, { headers }: Response, url: string): RemoteFile {
  const direct = headers.get('etag');
  const etag = plainTag(headers.get('x-linked-etag') ?? direct);
  const size = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? Number.NaN);
  const commit = headers.get('x-repo-commit') ?? '';
  if (
    etag === undefined ||
    !Number.isSafeInteger(size) ||
    size < 0 ||
    !/^[\w.-]{1,100}$/.test(commit)
  ) {
    throw new HubError(
      'server',
      client.repository,
      `${new URL(url).host} answers without ETag, size or X-Repo-Commit; is it a hub? Files of a plain server are opened by their address: openSource('https://…')`,
    );
  }
  return {
    etag,
    sha256: /^[0-9a-f]{64}$/.test(etag) ? etag : undefined,
    size,
    commit,
    url,
    // The tag of the linked file is not the one of the address that serves its bytes.
    validator: headers.has('x-linked-etag') ? undefined : strongTag(direct),
  };
}

/** `If-Range` takes strong tags only. */
export function strongTag(etag: string | null): string | undefined {
  return etag?.startsWith('"') ? etag : undefined;
}

/** A tag without quotes, if it can be the name of a file. */
function plainTag(etag: string | null): string | undefined {
  const plain = etag?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
  return plain !== undefined && /^[A-Za-z0-9_-][\w.-]{0,199}$/.test(plain) ? plain : undefined;
}
