import type { Theme } from './chart.ts';

/** Okabe & Ito, "Color universal design", 2008: told apart by all; the faint ones last. */
const BLUE = '#0072B2';
const VERMILLION = '#D55E00';
const GREEN = '#009E73';
const PURPLE = '#CC79A7';
const ORANGE = '#E69F00';
const SKY = '#56B4E9';

/** The baseline is drawn in ink: what the others are compared with. */
export const light: Theme = {
  ink: '#1f2328',
  muted: '#5b6470',
  grid: '#e4e2dc',
  paper: '#ffffff',
  series: ['#3c434b', BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY],
  sequential: ['#f3f6f8', '#cfe0ec', '#9dc3dd', '#5c9cc6', '#1f6fa3', '#0a4a75', '#062f4d'],
  diverging: ['#0a5f93', '#5c9cc6', '#bcd7e8', '#f4f3f0', '#f3cfae', '#e0904f', '#b34d00'],
};

export const dark: Theme = {
  ink: '#e6e4df',
  muted: '#a3a9b1',
  grid: '#33383f',
  paper: '#1c2025',
  series: ['#d4d2cc', '#4ba6dc', '#f08a45', '#2bc299', '#dc9bc0', ORANGE, '#8fcdf2'],
  sequential: ['#20262d', '#173a54', '#1a557d', '#2676aa', '#4ba0d6', '#8ac6ec', '#cfe8f8'],
  diverging: ['#63b3e6', '#34789f', '#254a61', '#2a2e33', '#5f4027', '#a9652f', '#f39a54'],
};

/** When the dark style sheet counts, by what the reader chose; paper is always light. */
export const DARK_MEDIA = { auto: 'screen and (prefers-color-scheme: dark)', light: 'not all', dark: 'screen' } as const;

export type Appearance = keyof typeof DARK_MEDIA;

const DASHES = ['solid', 'solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];
const SYMBOLS = ['diamond-open', 'circle', 'square', 'triangle-up', 'x', 'cross', 'star'];

export function colorOf(theme: Theme, style: number): string {
  return theme.series[style % theme.series.length];
}

/** Dashes go on where colours begin again, so that no two of 49 look alike. */
export function dashOf(style: number): string {
  return DASHES[(style + Math.floor(style / DASHES.length)) % DASHES.length];
}

export function symbolOf(style: number): string {
  return SYMBOLS[(style + Math.floor(style / SYMBOLS.length)) % SYMBOLS.length];
}

/** Colours as Plotly wants a scale: evenly from 0 to 1. */
export function colorScale(colors: readonly string[]): [number, string][] {
  return colors.map((color, index) => [index / (colors.length - 1), color]);
}
