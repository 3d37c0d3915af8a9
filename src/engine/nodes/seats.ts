/** Which GPUs of its node a task has. */
export interface Seat {
  readonly whole: Int32Array;
  /** The GPU of which it has a share or an instance; NONE = of none. */
  readonly shared: number;
  /** The memory slices of its MIG instance on that GPU [bit mask]; 0 = it has none. */
  readonly window: number;
}

/** No seat: GPUs are only counted, or the task has none. */
export const NO_SEAT = -1;
const NONE = -1;

/** The GPUs of a seat: the whole ones, then the shared one. */
export function devicesOf({ whole, shared }: Seat): number[] {
  return shared === NONE ? [...whole] : [...whole, shared];
}

/** Numbers for seats: equal seats have the same one, so that a number is enough to write down who sits where. */
export class Seats {
  readonly #seats: Seat[] = [];
  readonly #byKey = new Map<string, number>();
  /** Shares of one GPU and nothing else, the most common ones, by the number of the GPU. */
  readonly #shares: number[] = [];

  /** Undefined for NO_SEAT. */
  get(seat: number): Seat | undefined {
    return this.#seats[seat];
  }

  /** The seat with a share of one GPU. */
  share(device: number): number {
    return (this.#shares[device] ??= this.#add({ whole: new Int32Array(0), shared: device, window: 0 }));
  }

  of(whole: readonly number[], shared: number, window: number): number {
    if (whole.length === 0 && window === 0) return shared === NONE ? NO_SEAT : this.share(shared);
    const key = `${whole.join(' ')} ${shared} ${window}`;
    let seat = this.#byKey.get(key);
    if (seat === undefined) {
      seat = this.#add({ whole: Int32Array.from(whole), shared, window });
      this.#byKey.set(key, seat);
    }
    return seat;
  }

  #add(seat: Seat): number {
    return this.#seats.push(seat) - 1;
  }
}
