import { firstShown, MOST_SHOWN } from '../first-shown.ts';
import type { ReportFacts } from '../model.ts';
import { light } from '../theme.ts';
import { make, makeSelect } from './elements.ts';

/** Which runs the charts show: a group of runs of the same jobs, and the policies among them. */
export class RunChoice {
  readonly element: HTMLElement;
  group = 0;
  readonly #chosen: Set<string>;

  constructor(facts: ReportFacts, onChange: () => void) {
    const { labels, groups } = facts;
    const first = firstShown(facts);
    this.#chosen = new Set(first.labels);
    this.element = make('form', { class: 'choice', 'aria-label': 'What the charts show' });
    this.element.addEventListener('submit', (event) => event.preventDefault());
    if (groups.length > 1) {
      const options = groups.map(({ label }, index) => ({ value: String(index), label }));
      const select = makeSelect('Charts of jobs show', options, '0', (value) => {
        this.group = Number(value);
        onChange();
      });
      this.element.append(select);
    }
    if (labels.length > 1) this.element.append(this.#policies(labels, first.why, onChange));
    this.element.hidden = this.element.childElementCount === 0;
  }

  readonly isChosen = (label: string): boolean => this.#chosen.has(label);

  #policies(labels: readonly string[], why: string, onChange: () => void): HTMLElement {
    const set = make('fieldset', {}, make('legend', {}, 'Policies in the charts'));
    const shown = () => `${this.#chosen.size} of ${labels.length} are drawn`;
    const room = `Tick others, up to ${MOST_SHOWN} at a time; verdict, maps and trade-offs are of all.`;
    const note = make('p', { class: 'note', role: 'status' }, why === '' ? '' : `${shown()}: ${why}. ${room}`);
    labels.forEach((label, style) => {
      const box = make('input', { type: 'checkbox', checked: this.#chosen.has(label) });
      box.addEventListener('change', () => {
        if (box.checked) this.#chosen.add(label);
        else this.#chosen.delete(label);
        // Nothing at all, or more than can be told apart, is not drawn.
        if (this.#chosen.size === 0 || this.#chosen.size > MOST_SHOWN) {
          box.checked = !box.checked;
          if (box.checked) this.#chosen.add(label);
          else this.#chosen.delete(label);
          note.textContent = box.checked
            ? 'Charts need one at least.'
            : `Charts can tell ${MOST_SHOWN} apart: untick one before you tick another.`;
          return;
        }
        note.textContent = why === '' ? '' : `${shown()}. ${room}`;
        onChange();
      });
      const swatch = make('span', {
        class: 'swatch',
        'aria-hidden': 'true',
        style: `--series: var(--series-${style % light.series.length})`,
      });
      set.append(make('label', {}, box, swatch, label));
    });
    set.append(note);
    return set;
  }
}
