/**
 * Keeps the page's files, so that it opens without a network, and adds the headers that let a page share memory with
 * its workers (all threads compute), which hosts of static files do not send. Models are kept by `@llm/hub`, not here.
 *
 * A new version waits until the last page of the old one is closed: an open page finds all its files.
 *
 * @module
 */

/** Names of the page's files, relative to this one; set by the build. */
declare const pageFiles: readonly string[];
/** Changes whenever a file does; set by the build. */
declare const pageVersion: string;

interface LifetimeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** What of a service worker's global scope is used; TypeScript's types of it exclude those of pages. */
interface Scope {
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
  addEventListener(type: 'install' | 'activate', listener: (event: LifetimeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}

const scope = globalThis as unknown as Scope;
const prefix = 'playground ';
const cacheName = prefix + pageVersion;
const start = new URL('./index.html', scope.registration.scope).href;

scope.addEventListener('install', (event) => {
  event.waitUntil(keepFiles());
});
scope.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([dropOldFiles(), scope.clients.claim()]));
});
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = request.method === 'GET' && request.url.startsWith(scope.registration.scope);
  if (isOwn) event.respondWith(answer(request));
});

async function keepFiles(): Promise<void> {
  const cache = await caches.open(cacheName);
  // Past the browser's own cache, which may hold files of an older version under the same name.
  await cache.addAll(pageFiles.map((name) => new Request(`./${name}`, { cache: 'reload' })));
}

async function dropOldFiles(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const wanted = request.mode === 'navigate' ? start : request.url;
  const kept = await cache.match(wanted, { ignoreSearch: true });
  return isolated(kept ?? (await fetch(request)));
}

/** The response with the headers of a cross-origin isolated page. */
function isolated(response: Response): Response {
  if (response.status === 0) return response; // opaque: it has no headers that could be changed
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
