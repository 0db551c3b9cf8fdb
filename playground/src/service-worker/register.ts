const onceKey = 'playground: was opened again';

/**
 * Installs the service worker. A page that it did not serve has no shared memory; it is opened again once, unless
 * `isBusy` says that something would be lost by it. The dev server sends the headers itself and needs none of this.
 */
export function registerServiceWorker(isBusy: () => boolean): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (crossOriginIsolated || isBusy() || sessionStorage.getItem(onceKey)) return;
    sessionStorage.setItem(onceKey, 'yes');
    location.reload();
  });
  navigator.serviceWorker.register('./service-worker.js').catch((error: unknown) => {
    console.warn('The page works, but not without a network, and on one thread:', error);
  });
}
