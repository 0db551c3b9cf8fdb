import { render } from 'preact';
import { registerServiceWorker } from './service-worker/register.ts';
import { App } from './shell/app.tsx';
import { Engine } from './worker/engine.ts';
import './shell/theme.css';

const engine = new Engine();
render(<App engine={engine} />, document.getElementById('app')!);
registerServiceWorker(() => engine.isStarted);
