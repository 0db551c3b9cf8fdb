import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import {
  changed,
  formatLink,
  type Link,
  type ParameterChanges,
  type Parameters,
  parseLink,
} from './link.ts';

/** The state of the address, and the ways to change it. */
export interface LinkState {
  /** The shown tab and its settings. */
  readonly link: Link;
  /** Shows a tab with these settings, or with those that it had. */
  open(tab: string, parameters?: Parameters): void;
  /** Changes settings of the shown tab; the browser's history does not grow by it. */
  change(changes: ParameterChanges): void;
}

/** Keeps the page's state in its address; `first` is the tab of an address that names none of `tabs`. */
export function useLink(tabs: readonly string[], first: string): LinkState {
  const read = () => {
    const link = parseLink(location.hash);
    return tabs.includes(link.tab) ? link : { tab: first, parameters: {} };
  };
  const [link, setLink] = useState(read);
  const current = useRef(link);
  current.current = link;
  const kept = useRef(new Map<string, Link>());

  const show = useCallback((next: Link, how: 'push' | 'replace') => {
    current.current = next;
    setLink(next);
    const address = formatLink(next);
    if (how === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }, []);

  useEffect(() => {
    const follow = () => setLink(read());
    addEventListener('popstate', follow);
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener('hashchange', follow);
    };
  }, []);

  const open = useCallback((tab: string, parameters?: Parameters) => {
    if (tab === current.current.tab && !parameters) return;
    kept.current.set(current.current.tab, current.current);
    const wanted = parameters ?? kept.current.get(tab)?.parameters ?? {};
    // The device is the page's: it goes along, so that a link of any tab names it.
    const device = parameters?.device ?? current.current.parameters.device;
    show({ tab, parameters: changed(wanted, { device }) }, 'push');
  }, []);
  const change = useCallback((changes: ParameterChanges) => {
    const { tab, parameters } = current.current;
    show({ tab, parameters: changed(parameters, changes) }, 'replace');
  }, []);
  return { link, open, change };
}
