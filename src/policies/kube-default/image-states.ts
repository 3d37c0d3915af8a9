/**
 * Which images are on how many nodes. The size of an image is what the first node told that had it.
 * Source: pkg/scheduler/backend/cache/cache.go (addNodeImageStates).
 */
import type { Node } from '../../kubernetes.ts';

interface ImageState {
  readonly size: number;
  readonly rows: Set<number>;
}

export class ImageStates {
  readonly #images = new Map<string, ImageState>();

  add(row: number, { images }: Node): void {
    for (const { names, size } of images) {
      for (const name of names) {
        const state = this.#images.get(name);
        if (state === undefined) this.#images.set(name, { size, rows: new Set([row]) });
        else state.rows.add(row);
      }
    }
  }

  remove(row: number, { images }: Node): void {
    for (const { names } of images) {
      for (const name of names) {
        const state = this.#images.get(name);
        state?.rows.delete(row);
        if (state?.rows.size === 0) this.#images.delete(name);
      }
    }
  }

  /** Size [B] and number of nodes that have it; undefined if this node does not. */
  on(row: number, name: string): { readonly size: number; readonly nodes: number } | undefined {
    const state = this.#images.get(name);
    return state?.rows.has(row) ? { size: state.size, nodes: state.rows.size } : undefined;
  }

  /** No node has told of any image. */
  get empty(): boolean {
    return this.#images.size === 0;
  }
}
