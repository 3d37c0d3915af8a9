/** How far from view drawing begins. */
const MARGIN = '300px';

/** Tells whether the element is in view, or about to come into view, whenever that changes. */
export function watchVisibility(element: Element, tell: (inView: boolean) => void): void {
  const observer = new IntersectionObserver((entries) => tell(entries[entries.length - 1].isIntersecting), {
    rootMargin: MARGIN,
  });
  observer.observe(element);
}
