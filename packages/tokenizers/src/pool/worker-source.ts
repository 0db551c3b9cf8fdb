/**
 * The program of a worker as one text, so that no bundler has to find and carry along a second
 * file. The build puts the bundled text in the place of this module (`bundle-worker.ts`); where the
 * sources run as they are, it is bundled when it is first asked for.
 */
export async function workerSource(): Promise<string> {
  // A name that bundlers of pages do not follow: it is a tool of Node.
  const tool = '../../bundle-worker.ts';
  const { bundleWorker } = await import(/* @vite-ignore */ new URL(tool, import.meta.url).href);
  return bundleWorker();
}
