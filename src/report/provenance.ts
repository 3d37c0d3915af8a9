import { escapeHtml } from './html.ts';
import type { ContenderKind, PolicyFacts, ReportFacts, SourceFacts } from './model.ts';

/** Where the results come from, how to make them again, and how far to trust them. */
export function provenanceSection({ sources, warnings, policies, runs, version, kind = 'policy' }: ReportFacts): string {
  const digests = runs
    .slice(0, MOST_DIGESTS)
    .map(
      ({ label, seed, digest }) =>
        `<tr><th scope="row">${escapeHtml(label)}, seed ${seed}</th><td><code>${escapeHtml(digest)}</code></td></tr>`,
    );
  return `<section id="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">Where this comes from</h2>
<p class="question">Can it be made again, and what must be known before it is believed?</p>
${sources.map(sourceHtml).join('\n')}
${warningsHtml(warnings)}
<h3>How true the ${ALL[kind]} are</h3>
${fidelityHtml(policies)}
<details><summary>Digests: two runs with one digest decided alike to the millisecond</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Digests"><table class="plain">${digests.join('')}</table></div>
${runs.length > MOST_DIGESTS ? `<p>${runs.length - MOST_DIGESTS} more stand in the results.</p>` : ''}</details>
<p class="fine">Written by yardmaster ${escapeHtml(version)}.</p>
</section>`;
}

const ALL: Record<ContenderKind, string> = { policy: 'policies', system: 'systems', 'policy or system': 'policies and systems' };

export const MOST_DIGESTS = 40;

/** Beyond this the rest is folded: the charts come after it. */
const MOST_WARNINGS = 6;

function warningsHtml(warnings: readonly string[]): string {
  if (warnings.length === 0) return '';
  const list = (texts: readonly string[]) =>
    `<ul class="warnings">${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
  const title = '<h3>Read this first</h3>\n';
  // Nobody unfolds a single line.
  if (warnings.length <= MOST_WARNINGS + 1) return `${title}${list(warnings)}`;
  const rest = warnings.slice(MOST_WARNINGS);
  return `${title}${list(warnings.slice(0, MOST_WARNINGS))}
<details><summary>${rest.length} more, such as what is assumed</summary>${list(rest)}</details>`;
}

function sourceHtml({ dir, reproduce, version, facts, inputs }: SourceFacts): string {
  const rows = [...facts, ['version', `yardmaster ${version}`] as const];
  const files = inputs.map(
    ({ what, path, sha256 }) =>
      `<tr><th scope="row">${escapeHtml(what)}</th><td>${escapeHtml(path)}<br><code>sha256 ${escapeHtml(sha256 ?? '')}</code></td></tr>`,
  );
  return `<div class="source">
<p class="fine">${escapeHtml(dir)} was made by</p>
${reproduce === '' ? '' : `<div class="command"><pre tabindex="0" aria-label="Command to reproduce"><code>${escapeHtml(reproduce)}</code></pre><button type="button" class="copy">Copy</button></div>`}
<dl class="facts">${rows.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
${files.length === 0 ? '' : `<details><summary>Inputs, with their SHA-256</summary><div class="scroll" role="region" tabindex="0" aria-label="Inputs"><table class="plain">${files.join('')}</table></div></details>`}
</div>`;
}

/** What holds for several of them is said once, before them. */
function fidelityHtml(policies: readonly PolicyFacts[]): string {
  const namesOf = new Map<string, string[]>();
  for (const facts of policies) {
    const text = fidelityOf(facts);
    namesOf.set(text, [...(namesOf.get(text) ?? []), facts.name]);
  }
  const shared = [...namesOf].filter(([, names]) => names.length > 1);
  const before = shared.map(([text, names]) => {
    const whose = names.length === policies.length ? 'Of each of them' : names.join(', ');
    return `<p>${escapeHtml(`${whose}: ${text}`)}</p>`;
  });
  const list = policies.map((facts) => policyHtml(facts, namesOf.get(fidelityOf(facts))?.length === 1));
  return `${before.join('\n')}<dl class="fidelity">${list.join('')}</dl>`;
}

function fidelityOf({
  fidelity = 'Nobody has compared it with records of a real scheduler or of another simulator.',
}: PolicyFacts): string {
  return fidelity;
}

/** `saysHowTrue`: it has not been said of it together with others. */
function policyHtml(facts: PolicyFacts, saysHowTrue: boolean): string {
  const { name, labels, summary, source } = facts;
  const also =
    labels.length === 1 && labels[0] === name
      ? ''
      : ` <span class="mark">${escapeHtml(labels.slice(0, 6).join(', '))}${labels.length > 6 ? ', …' : ''}</span>`;
  return (
    `<dt>${escapeHtml(name)}${also}</dt><dd>${escapeHtml(summary)}` +
    (saysHowTrue ? `<br>${escapeHtml(fidelityOf(facts))}` : '') +
    `<br><span class="fine">After ${escapeHtml(source)}</span></dd>`
  );
}
