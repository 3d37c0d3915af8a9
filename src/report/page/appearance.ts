import type { Theme } from '../chart.ts';
import { dark, DARK_MEDIA, light } from '../theme.ts';
import type { Appearance } from '../theme.ts';
import { byId } from './elements.ts';

const KEY = 'yardmaster-appearance';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners: (() => void)[] = [];
let printing = false;
let choice: Appearance = 'auto';

/** Between the margins of A4 [pixels]. */
const PAPER = 680;

/** Light or dark, as the reader chose or as the system has it; on paper always light. */
export function currentTheme(): Theme {
  return isDark() ? dark : light;
}

export function onThemeChange(listener: () => void): void {
  listeners.push(listener);
}

export function followTheme(): void {
  const select = byId('theme') as HTMLSelectElement;
  apply(remembered());
  select.value = choice;
  select.addEventListener('change', () => {
    remember(select.value);
    apply(select.value);
  });
  system.addEventListener('change', tell);
}

/** Called before and after the page is printed. */
export function setPrinting(value: boolean): void {
  printing = value;
}

/** How wide a chart is: as its element, or as a sheet of paper has room for [pixels]. */
export function widthOf(element: HTMLElement): number {
  return printing ? PAPER : element.clientWidth;
}

function isDark(): boolean {
  if (printing) return false;
  return choice === 'auto' ? system.matches : choice === 'dark';
}

function apply(chosen: string): void {
  choice = isAppearance(chosen) ? chosen : 'auto';
  byId('dark').setAttribute('media', DARK_MEDIA[choice]);
  tell();
}

function isAppearance(name: string): name is Appearance {
  return Object.hasOwn(DARK_MEDIA, name);
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Files may have no storage. */
function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function remember(choice: string): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Then it holds for this visit.
  }
}
