import { Float64Column } from '../../columns.ts';

/**
 * Numbers that are drawn when they are first asked for, in the order of the rows, and kept: asking again gives the
 * same ones. So a model can be laid out on the clock several times (to meet a load) with the same jobs.
 */
export class DrawnColumn {
  readonly #values = new Float64Column();
  readonly #draw: (row: number) => number;

  constructor(draw: (row: number) => number) {
    this.#draw = draw;
  }

  at(row: number): number {
    const values = this.#values;
    while (values.length <= row) values.push(this.#draw(values.length));
    return values.get(row);
  }
}
