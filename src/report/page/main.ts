/** The page's own code: it runs in a browser, on what stands in the page. Nothing is loaded from elsewhere. */
import type { ReportFacts } from '../model.ts';
import { unpackTables } from '../unpack.ts';
import { enableCopying } from './copying.ts';
import { inflateElement, inflateText } from './inflate.ts';
import { byId } from './elements.ts';
import { followTheme } from './appearance.ts';
import { showViews } from './views.ts';
import type { Plotly } from './plotly.ts';

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

async function open(): Promise<void> {
  const facts = JSON.parse(await factsText()) as ReportFacts;
  enableCopying();
  followTheme();
  // The words are painted first: unpacking a million jobs takes a second or two.
  await nextFrame();
  const tables = unpackTables(await inflateElement('tables'));
  showViews(facts, tables, loadPlotly);
  // Made ready while the verdict is read.
  requestAnimationFrame(() => void loadPlotly());
}

/** Of many runs they are packed. */
function factsText(): Promise<string> | string {
  const element = byId('facts') as HTMLScriptElement;
  return element.type === 'application/json' ? element.textContent : inflateText('facts');
}

let loading: Promise<Plotly> | undefined;

/** Made ready when the first chart comes into view. */
function loadPlotly(): Promise<Plotly> {
  return (loading ??= inflateText('plotly').then((code) => {
    const script = document.createElement('script');
    script.textContent = code;
    document.head.append(script);
    if (window.Plotly === undefined) throw new Error('the chart library did not start');
    return window.Plotly;
  }));
}

function nextFrame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}

open().catch((error: unknown) => {
  const views = byId('views');
  views.removeAttribute('aria-busy');
  const words = document.createElement('p');
  words.className = 'loading';
  words.setAttribute('role', 'alert');
  words.textContent = `The charts cannot be shown: ${error instanceof Error ? error.message : String(error)}. The browser must know DecompressionStream (all of 2023 and later do).`;
  views.replaceChildren(words);
  throw error;
});
