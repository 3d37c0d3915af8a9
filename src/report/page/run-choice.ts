import type { ReportFacts } from '../model.ts';
import { light } from '../theme.ts';
import { make, makeSelect } from './elements.ts';

/** Lines that one chart can hold. */
const MOST = 7;
const FIRST = 4;

/** Which runs the charts show: a group of runs of the same jobs, and the policies among them. */
export class RunChoice {
  readonly element: HTMLElement;
  group = 0;
  readonly #chosen: Set<string>;

  constructor(facts: ReportFacts, onChange: () => void) {
    const { labels, groups } = facts;
    this.#chosen = new Set(labels.slice(0, labels.length <= MOST ? MOST : FIRST));
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
    if (labels.length > 1) this.element.append(this.#policies(labels, onChange));
    this.element.hidden = this.element.childElementCount === 0;
  }

  readonly isChosen = (label: string): boolean => this.#chosen.has(label);

  #policies(labels: readonly string[], onChange: () => void): HTMLElement {
    const set = make('fieldset', {}, make('legend', {}, 'Policies in the charts'));
    labels.forEach((label, style) => {
      const box = make('input', { type: 'checkbox', checked: this.#chosen.has(label) });
      box.addEventListener('change', () => {
        if (box.checked) this.#chosen.add(label);
        else this.#chosen.delete(label);
        // Nothing at all, or more than can be told apart, is not drawn.
        if (this.#chosen.size === 0 || this.#chosen.size > MOST) {
          box.checked = !box.checked;
          if (box.checked) this.#chosen.add(label);
          else this.#chosen.delete(label);
          return;
        }
        onChange();
      });
      const swatch = make('span', {
        class: 'swatch',
        'aria-hidden': 'true',
        style: `--series: var(--series-${style % light.series.length})`,
      });
      set.append(make('label', {}, box, swatch, label));
    });
    return set;
  }
}
