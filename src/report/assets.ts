/** What the page is made of beside its data. `build.mjs` puts these files into dist/page. */
export interface PageAssets {
  /** The page's own code, joined and minified. */
  readonly script: string;
  readonly style: string;
  /** What the style has otherwise where it is dark. */
  readonly darkStyle: string;
  /** The chart library, gzip and base64. */
  readonly plotly: string;
  /** What its licence wants said. */
  readonly licence: string;
}
