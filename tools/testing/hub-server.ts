/**
 * A hub on this machine: the paths of the real one, with every way in which it can fail.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository that is served. */
export interface ServedRepository {
  /** Files by name; changed between requests, they are served changed. */
  files: Record<string, Uint8Array | string>;
  /** The commit of `main`; 40 hexadecimal digits. */
  commit?: string;
  /** Requests without this token get 401. */
  token?: string;
  /** Requests without the token, or all if there is none, are told that the terms must be accepted. */
  gated?: boolean;
  /** Another id, to which requests are redirected. */
  renamedTo?: string;
}

/** What goes wrong with one request. */
export type Fault =
  /** The connection is cut after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The body stops after so many bytes, with the connection open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Only this status is answered. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** The whole file is sent, whatever range was asked for. */
  | { readonly kind: 'no ranges' }
  /** The first byte of the body is another one. */
  | { readonly kind: 'damage' };

/** One request that was made. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** True for requests to the host that holds large files. */
  readonly storage: boolean;
}

/** A running hub. */
export interface HubServer {
  /** Its address, for `env.remoteHost`. */
  readonly host: string;
  /** Address of the host that holds large files. */
  readonly storageHost: string;
  /** All requests so far. */
  readonly requests: LoggedRequest[];
  /** Decides what goes wrong with a request; nothing by default. */
  fault: (request: LoggedRequest) => Fault | undefined;
  /** Ends it, with all connections. */
  close(): Promise<void>;
}

const DEFAULT_COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** What lets pages of other hosts read; as on the real hub, `If-Range` is not among the headers they may send. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers':
    'etag, content-range, accept-ranges, x-repo-commit, x-error-code, x-linked-etag, x-linked-size',
};

/** Files this long lie on another host, as the hub's large files do. */
const LARGE_BYTES = 1000;

/**
 * Starts a hub.
 *
 * @param repositories - Repositories by id; they may be changed while it runs.
 */
export async function startHubServer(
  repositories: Record<string, ServedRepository>,
): Promise<HubServer> {
  const storage = createServer((request, response) => serveStorage(request, response));
  const hub = createServer((request, response) => serveHub(request, response));
  const server: HubServer = {
    host: await listen(hub),
    storageHost: await listen(storage),
    requests: [],
    fault: () => undefined,
    close: async () => {
      await Promise.all([end(hub), end(storage)]);
    },
  };

  function log(request: IncomingMessage, isStorage: boolean): LoggedRequest {
    const { method = '', url = '', headers } = request;
    const entry = { method, path: decodeURIComponent(url), headers, storage: isStorage };
    server.requests.push(entry);
    return entry;
  }

  function serveHub(request: IncomingMessage, response: ServerResponse): void {
    if (answerPreflight(request, response)) return;
    const entry = log(request, false);
    const fault = server.fault(entry);
    if (fault?.kind === 'status') {
      refuse(response, fault.status, fault.headers);
      return;
    }
    const info = /^\/api\/models\/(.+)\/revision\/([^?]+)/.exec(entry.path);
    const file = /^\/(.+?)\/resolve\/(refs\/pr\/\d+|[^/]+)\/(.+)$/.exec(entry.path);
    const [, id = '', revision = '', name = ''] = info ?? file ?? [];
    const repository = Object.hasOwn(repositories, id) ? repositories[id] : undefined;
    if (!repository) {
      // Whoever is anonymous does not learn whether a repository exists.
      const status = entry.headers.authorization === undefined ? 401 : 404;
      refuse(response, status, { 'x-error-code': 'RepoNotFound' });
      return;
    }
    const { token, gated, renamedTo, commit = DEFAULT_COMMIT, files } = repository;
    if (renamedTo !== undefined) {
      response.writeHead(307, { location: entry.path.replace(id, renamedTo) }).end();
      return;
    }
    const authorized = entry.headers.authorization === `Bearer ${token}`;
    if (gated && !authorized) {
      refuse(response, 403, { 'x-error-code': 'GatedRepo' });
      return;
    }
    if (token !== undefined && !authorized) {
      const isAnonymous = entry.headers.authorization === undefined;
      refuse(response, 401, isAnonymous ? { 'x-error-code': 'RepoNotFound' } : {});
      return;
    }
    if (revision !== 'main' && revision !== commit && revision !== 'refs/pr/1') {
      refuse(response, 404, { 'x-error-code': 'RevisionNotFound' });
      return;
    }
    const about = { 'x-repo-commit': commit };
    if (info) {
      const siblings = Object.entries(files).map(([name, content]) => describe(name, content));
      response.writeHead(200, { 'content-type': 'application/json', ...about });
      response.end(JSON.stringify({ id, sha: commit, siblings }));
      return;
    }
    const content = Object.hasOwn(files, name) ? files[name] : undefined;
    if (content === undefined) {
      refuse(response, 404, { 'x-error-code': 'EntryNotFound', ...about });
      return;
    }
    const bytes = Buffer.from(content as Uint8Array);
    if (bytes.byteLength >= LARGE_BYTES) {
      const sha256 = sha256Of(bytes);
      response.writeHead(302, {
        ...about,
        location: `${server.storageHost}/${id}/${name}?signature=1`,
        'x-linked-etag': `"${sha256}"`,
        'x-linked-size': bytes.byteLength,
      });
      response.end();
      return;
    }
    const sha1 = createHash('sha1')
      .update(`blob ${bytes.byteLength}\0`)
      .update(bytes)
      .digest('hex');
    sendFile(entry, response, bytes, { ...about, etag: `"${sha1}"` }, fault);
  }

  function serveStorage(request: IncomingMessage, response: ServerResponse): void {
    if (answerPreflight(request, response)) return;
    const entry = log(request, true);
    const fault = server.fault(entry);
    if (fault?.kind === 'status') {
      refuse(response, fault.status, fault.headers);
      return;
    }
    const path = entry.path.slice(1).split('?')[0]!;
    const id = Object.keys(repositories).find((each) => path.startsWith(`${each}/`));
    const content =
      id === undefined ? undefined : repositories[id]!.files[path.slice(id.length + 1)];
    if (content === undefined) {
      refuse(response, 403);
      return;
    }
    const bytes = Buffer.from(content as Uint8Array);
    // Not the tag that the hub announced, as with the real storage.
    const md5 = createHash('md5').update(bytes).digest('hex');
    sendFile(entry, response, bytes, { etag: `"${md5}"` }, fault);
  }

  return server;
}

/** What the hub's list of files says about one. */
function describe(rfilename: string, content: Uint8Array | string) {
  const bytes = Buffer.from(content as Uint8Array);
  const size = bytes.byteLength;
  const lfs = size >= LARGE_BYTES ? { lfs: { sha256: sha256Of(bytes), size } } : {};
  return { rfilename, size, blobId: gitHashOf(bytes), ...lfs };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function gitHashOf(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

/** Pages ask first whether they may send a header. */
function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204).end();
  return true;
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-length': 0, ...headers }).end();
}

function sendFile(
  { method, headers }: LoggedRequest,
  response: ServerResponse,
  bytes: Uint8Array,
  about: Record<string, string>,
  fault: Fault | undefined,
): void {
  const size = bytes.byteLength;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const isSame = headers['if-range'] === undefined || headers['if-range'] === about.etag;
  const isRange = from !== undefined && isSame && fault?.kind !== 'no ranges';
  const begin = isRange ? Number(from) : 0;
  const end = isRange && to ? Math.min(Number(to) + 1, size) : size;
  if (isRange && begin >= size) {
    refuse(response, 416, { 'content-range': `bytes */${size}` });
    return;
  }
  const body = Buffer.from(bytes.subarray(begin, end));
  if (fault?.kind === 'damage' && body.length > 0) body[0]! ^= 1;
  response.writeHead(isRange ? 206 : 200, {
    ...about,
    'accept-ranges': 'bytes',
    'content-length': body.length,
    ...(isRange && { 'content-range': `bytes ${begin}-${end - 1}/${size}` }),
  });
  if (method === 'HEAD') response.end();
  else if (fault?.kind === 'cut')
    response.write(body.subarray(0, fault.after), () => response.destroy());
  else if (fault?.kind === 'stall') response.write(body.subarray(0, fault.after));
  else response.end(body);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
