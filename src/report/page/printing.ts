import { setPrinting } from './appearance.ts';
import type { ViewPart } from './views.ts';

/** Before the page goes to paper everything is drawn, in light colours. */
export function enablePrinting(parts: readonly ViewPart[]): void {
  addEventListener('beforeprint', () => {
    setPrinting(true);
    for (const part of parts) if (!part.element.hidden) void part.drawNow();
  });
  addEventListener('afterprint', () => {
    setPrinting(false);
    for (const part of parts) if (!part.element.hidden) void part.drawNow();
  });
}
