/** Elements of the page. */

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A new element. An attribute that is false is left out, one that is true has no value. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...content);
  return element;
}

/** A choice with its label. */
export function makeSelect(
  label: string,
  options: readonly { readonly value: string; readonly label: string }[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLLabelElement {
  const select = make('select');
  for (const option of options)
    select.append(make('option', { value: option.value, selected: option.value === chosen }, option.label));
  select.addEventListener('change', () => onChange(select.value));
  return make('label', {}, `${label} `, select);
}

/** A number stays on one line with its unit. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(%|d|h|min|s|ms)(?![a-z]))/g, '$1\u00a0');
}

/** Tells it to those who do not see it. */
export function announce(text: string): void {
  byId('announcer').textContent = text;
}

/** Gives the reader a file. */
export function download(name: string, pieces: BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob(pieces, { type }));
  const link = make('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}
