import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ProblemBox } from '../shared/problem-box.tsx';
import { type LinkState, useLink } from '../state/use-link.ts';
import type { Engine } from '../worker/engine.ts';
import { DeviceChoice } from './device-choice.tsx';
import { TabList } from './tab-list.tsx';
import { type Tab, type TabProps, tabs } from './tabs.ts';

const devices = ['auto', 'webgpu', 'wasm'];

/** The page: its name, the device, the tabs, and the shown tab. */
export function App({ engine }: { readonly engine: Engine }) {
  const state = useLink(
    tabs.map(({ id }) => id),
    tabs[0]!.id,
  );
  const { tab: shown, parameters } = state.link;
  const device = devices.find((name) => name === parameters.device) ?? 'auto';
  const [message, announce] = useState('');
  const choose = (name: string) => state.change({ device: name === 'auto' ? undefined : name });
  return (
    <>
      <header class="page-header">
        <div class="page-name">
          <h1>Language model playground</h1>
          <p>Everything runs on this page: no text leaves your computer.</p>
        </div>
        <DeviceChoice device={device} onChange={choose} />
        <TabList tabs={tabs} shown={shown} open={state.open} />
      </header>
      <main>
        {tabs.map((tab) => (
          <TabPanel
            key={tab.id}
            tab={tab}
            isShown={tab.id === shown}
            state={state}
            props={{ engine, device, announce }}
          />
        ))}
      </main>
      <output class="visually-hidden" aria-live="polite">
        {message}
      </output>
    </>
  );
}

interface PanelProps {
  readonly tab: Tab;
  readonly isShown: boolean;
  readonly state: LinkState;
  readonly props: Pick<TabProps, 'engine' | 'device' | 'announce'>;
}

/** A tab's content: loaded when it is first shown, unmounted when another is, so that its work ends. */
function TabPanel({ tab, isShown, state, props }: PanelProps) {
  const [content, setContent] = useState<{ readonly Component: ComponentType<TabProps> }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (!isShown || content) return;
    tab.load().then((Component) => setContent({ Component }), setError);
  }, [isShown]);
  const Content = content?.Component;
  return (
    <section
      id={`panel-${tab.id}`}
      role="tabpanel"
      aria-labelledby={`tab-${tab.id}`}
      hidden={!isShown}
    >
      {error !== undefined && <ProblemBox error={error} />}
      {isShown && Content && (
        <Content
          {...props}
          parameters={state.link.parameters}
          change={state.change}
          open={state.open}
        />
      )}
    </section>
  );
}
