/** What is used of Plotly. */
export interface Plotly {
  newPlot(element: HTMLElement, traces: readonly object[], layout: object, config: object): Promise<PlotElement>;
  react(element: HTMLElement, traces: readonly object[], layout: object, config: object): Promise<PlotElement>;
  purge(element: HTMLElement): void;
}

export interface PlotElement extends HTMLElement {
  on(event: string, listener: (change: Record<string, unknown>) => void): void;
}
