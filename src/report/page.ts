import type { PageAssets } from './assets.ts';
import type { Theme } from './chart.ts';
import { escapeHtml } from './html.ts';
import type { ReportFacts, VerdictFacts } from './model.ts';
import { factsElement } from './packed-facts.ts';
import { withMinus } from './number-text.ts';
import { provenanceSection } from './provenance.ts';
import { dark, DARK_MEDIA, light } from './theme.ts';
import { sameScheduleSentences } from './same-schedules.ts';
import { verdictTable } from './verdict-table.ts';

/** The whole page, piece by piece: what it says in words needs no script. `tables` are packed tables, gzip and base64. */
export function* pageHtml(facts: ReportFacts, tables: string, assets: PageAssets): Generator<string> {
  yield head(facts, assets);
  yield `<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<header class="top">
<p class="brand">yardmaster</p>
<nav aria-label="Sections"><ul id="contents"><li><a href="#verdict">Verdict</a></li><li><a href="#provenance">Provenance</a></li></ul></nav>
<div class="tools"><label class="theme">Appearance <select id="theme"><option value="auto">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label></div>
</header>
<main id="main">
<h1>${escapeHtml(facts.title)}</h1>
`;
  yield verdictSection(facts);
  yield provenanceSection(facts);
  yield `
<div id="views" aria-busy="true"><p class="loading" id="loading" role="status">Unpacking the jobs …</p></div>
<noscript><p class="loading">The charts and the table of jobs need JavaScript. All of it stands in this file; nothing is loaded from elsewhere.</p></noscript>
</main>
<dialog id="drawer" aria-labelledby="drawer-title"></dialog>
<div id="announcer" class="unseen" aria-live="polite"></div>
`;
  yield factsElement(facts);
  yield `<script type="text/plain" id="tables">`;
  yield tables;
  yield `</script>\n<!-- ${assets.licence.replaceAll('--', '- -')} -->\n<script type="text/plain" id="plotly">`;
  yield assets.plotly;
  yield `</script>\n<script>${assets.script.replaceAll('</script', '<\\/script')}</script>\n</body>\n</html>\n`;
}

function head({ title }: ReportFacts, { style, darkStyle }: PageAssets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} · yardmaster</title>
<style>${style}${seriesColors(light)}</style>
<style id="dark" media="${DARK_MEDIA.auto}">${darkStyle}${seriesColors(dark)}</style>
</head>
`;
}

/** The colours of the runs, as style sheets know them. */
function seriesColors({ series }: Theme): string {
  return `:root{${series.map((color, style) => `--series-${style}:${color}`).join(';')}}`;
}

function verdictSection(facts: ReportFacts): string {
  const { findings, verdicts, contenders, baseline, kind = 'policy' } = facts;
  const question =
    contenders.length > 1
      ? `Which ${kind} serves these jobs best, compared with ${baseline}, and how sure is that?`
      : 'How well are these jobs served?';
  return `<section id="verdict" aria-labelledby="verdict-title">
<h2 id="verdict-title">Verdict</h2>
<p class="question">${escapeHtml(question)}</p>
${findings.length === 0 ? '' : `<ul class="findings">${findings.map((sentence) => `<li>${escapeHtml(withMinus(sentence))}</li>`).join('')}</ul>`}
${verdictTable(facts)}
${verdicts.length === 0 ? '' : sureness(facts)}
</section>
`;
}

function sureness({ verdicts, same = [], baseline }: ReportFacts): string {
  const alike = sameScheduleSentences(same, baseline).map((sentence) => `<li><p>${escapeHtml(sentence)}</p></li>`);
  const rows = [...alike, ...verdicts.filter(({ label }) => !same.includes(label)).map(verdictHtml)];
  const rules = [...new Set(verdicts.map(({ rule }) => rule))];
  return `<details class="sureness"><summary>How sure: ${verdicts.length} comparisons, what they rest on, and the rule they were decided by</summary>
<ul>${rows.join('')}</ul>
${rules.map((rule) => `<p class="fine">${escapeHtml(rule)}</p>`).join('')}
</details>`;
}

function verdictHtml({ sentence, detail, advice = '', warnings }: VerdictFacts): string {
  const more = [detail, advice, ...warnings].filter((text) => text !== '');
  const fine = more.map((text) => `<p class="fine">${escapeHtml(withMinus(text))}</p>`);
  return `<li><p>${escapeHtml(withMinus(sentence))}</p>${fine.join('')}</li>`;
}
