import { Int32Column } from '../columns.ts';
import type { PlacedDevices, Placements } from '../schedule.ts';
import type { Ledger } from './ledger.ts';
import { devicesOf } from './nodes/seats.ts';
import type { Seat } from './nodes/seats.ts';

/** Where each job's last run was. Entries of earlier runs are left behind and dropped at the end. */
export class PlacementRecorder {
  readonly #first: Int32Array;
  readonly #count: Int32Array;
  readonly #node = new Int32Column();
  readonly #group = new Int32Column();
  readonly #tasks = new Int32Column();
  /** Of each entry: the GPUs of its tasks; empty unless the ledger tells them apart. */
  readonly #seat: (Seat | undefined)[] = [];

  constructor(count: number) {
    this.#first = new Int32Array(count);
    this.#count = new Int32Array(count);
  }

  note(job: number, ledger: Ledger): void {
    this.#first[job] = this.#node.length;
    if (ledger.seatsOf) for (const seat of ledger.seatsOf(job)) this.#seat.push(seat);
    ledger.eachPart(job, (node, group, tasks) => {
      this.#node.push(node);
      this.#group.push(group);
      this.#tasks.push(tasks);
    });
    this.#count[job] = this.#node.length - this.#first[job];
  }

  finish(): Placements {
    const jobs = this.#first.length;
    const first = new Int32Array(jobs + 1);
    for (let job = 0; job < jobs; job++) first[job + 1] = first[job] + this.#count[job];
    const node = new Int32Array(first[jobs]);
    const group = new Int32Array(first[jobs]);
    const tasks = new Int32Array(first[jobs]);
    for (let job = 0; job < jobs; job++) {
      for (let part = 0; part < this.#count[job]; part++) {
        node[first[job] + part] = this.#node.get(this.#first[job] + part);
        group[first[job] + part] = this.#group.get(this.#first[job] + part);
        tasks[first[job] + part] = this.#tasks.get(this.#first[job] + part);
      }
    }
    const placements = { first, node, group, tasks };
    return this.#seat.length === 0 ? placements : { ...placements, devices: this.#devices(first) };
  }

  #devices(firstEntry: Int32Array): PlacedDevices {
    const jobs = this.#first.length;
    const first = new Int32Array(firstEntry[jobs] + 1);
    const device: number[] = [];
    for (let job = 0, entry = 0; job < jobs; job++) {
      for (let part = 0; part < this.#count[job]; part++) {
        const seat = this.#seat[this.#first[job] + part];
        if (seat) device.push(...devicesOf(seat));
        first[++entry] = device.length;
      }
    }
    return { first, device: Int32Array.from(device) };
  }
}
