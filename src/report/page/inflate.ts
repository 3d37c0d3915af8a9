import { byId } from './elements.ts';

/** The bytes of a script element that holds gzip as base64. Its text is let go afterwards. */
export async function inflateElement(id: string): Promise<Uint8Array> {
  const element = byId(id);
  const packed = fromBase64(element.textContent.trim());
  element.remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function inflateText(id: string): Promise<string> {
  return new TextDecoder().decode(await inflateElement(id));
}

/** Characters that are taken at a time: a multiple of 4. */
const PIECE = 1 << 16;

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length / 4) * 3);
  let filled = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = atob(text.slice(at, at + PIECE));
    for (let index = 0; index < piece.length; index++) bytes[filled++] = piece.charCodeAt(index);
  }
  return bytes.subarray(0, filled);
}
