import { formatDuration } from '../../units.ts';
import type { TableRun } from '../chart.ts';
import { light } from '../theme.ts';
import { make } from './elements.ts';

/** The job's way under each policy on one scale: waiting, then running. */
export function jobTimeline(runs: readonly TableRun[], row: number): HTMLElement {
  const submit = runs[0].table.submit[row];
  const ends = runs.map(({ table }) => lastOf(table.end[row], table.start[row], submit));
  const length = Math.max(1, ...ends.map((end) => end - submit));
  const bars = runs.map((run, index) => {
    const { start, end } = run.table;
    const waited = (Number.isNaN(start[row]) ? ends[index] : start[row]) - run.table.submit[row];
    const ran = Number.isNaN(start[row]) || Number.isNaN(end[row]) ? 0 : end[row] - start[row];
    const share = (part: number) => `width:${((100 * part) / length).toFixed(2)}%`;
    const words = `${run.facts.label}: ${waited > 0 ? `waited ${formatDuration(waited)}, ` : ''}ran ${formatDuration(ran)}`;
    return make(
      'div',
      { class: 'way', style: `--series: var(--series-${run.style % light.series.length})` },
      make('span', { class: 'way-name' }, run.facts.label),
      make(
        'span',
        { class: 'way-bar', role: 'img', 'aria-label': words, title: words },
        make('span', { class: 'waited', style: share(waited) }),
        make('span', { class: 'ran', style: share(ran) }),
      ),
    );
  });
  const scale = make(
    'p',
    { class: 'fine way-scale' },
    make('span', {}, 'submitted'),
    make('span', {}, `hatched: waiting; full: running`),
    make('span', {}, `+ ${formatDuration(length)}`),
  );
  return make('div', { class: 'timeline' }, ...bars, scale);
}

function lastOf(...times: number[]): number {
  return Math.max(...times.filter((time) => !Number.isNaN(time)), 0);
}
