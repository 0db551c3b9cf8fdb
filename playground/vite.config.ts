import { defaultClientConditions, defineConfig } from 'vite';
import { serviceWorker } from './service-worker-plugin.ts';

// With these two headers a page may share memory with its workers: all cores compute. The built page gets them
// from its service worker, since hosts of static files send none.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // Relative addresses: the page works in any folder of any host.
  base: './',
  server: { headers },
  resolve: { conditions: ['@llm/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  plugins: [serviceWorker()],
});
