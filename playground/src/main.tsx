import { render } from 'preact';
import { App } from './shell/app.tsx';
import './shell/theme.css';

render(<App />, document.getElementById('app')!);
