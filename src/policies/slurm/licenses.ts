/**
 * Licences of the cluster: jobs hold them from their start until their nodes are clean again, and reservations keep some
 * for themselves. Source: Slurm 22.05, src/slurmctld/licenses.c; reservation.c, job_test_lic_resv.
 */
import type { SlurmConfig, SlurmReservation } from '../../slurm.ts';

/** [count], by name */
export type LicenseCounts = Readonly<Record<string, number>>;

/** A job that wants licences, if it started now. */
export interface LicenseWish {
  readonly licenses: LicenseCounts;
  /** From and until when it would have them [Unix ms]. */
  readonly now: number;
  readonly until: number;
  readonly reservation?: string | undefined;
}

export class Licenses {
  readonly #total: LicenseCounts;
  /** allow_zero_lic: who asks for more than there are waits for them. */
  readonly #waitsForMore: boolean;
  readonly #reservations: readonly SlurmReservation[];
  readonly #used = new Map<string, number>();
  readonly #held = new Map<number, LicenseCounts>();

  constructor(config: SlurmConfig | undefined) {
    this.#total = config?.licenses ?? {};
    this.#waitsForMore = config?.scheduler.choice.allowZeroLicenses === true;
    this.#reservations = (config?.reservations ?? []).filter(({ licenses }) => Object.keys(licenses).length > 0);
  }

  /** Why a job can never have them; undefined if it can. Slurm refuses such jobs when they are submitted. */
  objection(licenses: LicenseCounts): string | undefined {
    for (const [name, count] of Object.entries(licenses)) {
      const isKnown = Object.hasOwn(this.#total, name);
      const total = isKnown ? this.#total[name] : 0;
      if (!isKnown || (count > total && !this.#waitsForMore)) return `${count} licences ${name}, of ${total}`;
    }
    return undefined;
  }

  /** Which of them are too few, for people; undefined if that is not known. */
  shortage(licenses: LicenseCounts): string | undefined {
    const left = this.left(false);
    const short = Object.entries(licenses).filter(([name, count]) => count > (left[name] ?? 0));
    const texts = short.map(([name, count]) => `${count} licences ${name}, ${left[name] ?? 0} are free`);
    return texts.length === 0 ? undefined : texts.join(', ');
  }

  fits(wish: LicenseWish): boolean {
    return Object.entries(wish.licenses).every(([name, count]) => {
      return count + (this.#used.get(name) ?? 0) + this.#reserved(name, wish) <= (this.#total[name] ?? 0);
    });
  }

  /** Those that reservations keep from others while the job would run. */
  #reserved(name: string, { now, until, reservation }: LicenseWish): number {
    let sum = 0;
    for (const { name: own, start, end, licenses } of this.#reservations) {
      if (own !== reservation && start < until && end > now) sum += licenses[name] ?? 0;
    }
    return sum;
  }

  take(job: number, licenses: LicenseCounts | undefined): void {
    if (licenses === undefined) return;
    this.#held.set(job, licenses);
    this.#change(licenses, 1);
  }

  give(job: number): void {
    const licenses = this.#held.get(job);
    if (licenses === undefined || !this.#held.delete(job)) return;
    this.#change(licenses, -1);
  }

  #change(licenses: LicenseCounts, sign: 1 | -1): void {
    for (const [name, count] of Object.entries(licenses)) this.#used.set(name, (this.#used.get(name) ?? 0) + sign * count);
  }

  /** What a job holds. */
  of(job: number): LicenseCounts | undefined {
    return this.#held.get(job);
  }

  /** What nobody holds; `all`: as if nobody held any. */
  left(all: boolean): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#total).map(([name, total]) => [name, total - (all ? 0 : (this.#used.get(name) ?? 0))]),
    );
  }
}
