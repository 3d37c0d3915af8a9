// Kueue written down slowly, for queues of one resource and one flavor in cohorts without further cohorts, on a cluster
// where pods always find room: lists that are sorted whenever they are looked at, usage added up from who is admitted.

export interface QueueRules {
  readonly cohort: boolean;
  readonly nominal: number;
  readonly borrowingLimit: number;
  readonly lendingLimit: number;
  readonly strict: boolean;
  readonly within: 'Never' | 'LowerPriority' | 'LowerOrNewerEqualPriority';
  readonly reclaim: 'Never' | 'LowerPriority' | 'Any';
  /** Undefined: no preemption while borrowing. */
  readonly threshold: number | undefined;
  readonly weight: number;
}

export interface JobRules {
  readonly queue: number;
  readonly submit: number;
  readonly runtime: number;
  readonly size: number;
  readonly priority: number;
}

interface Item extends JobRules {
  readonly id: number;
  place: 'future' | 'heap' | 'aside' | 'admitted' | 'done';
  reservedAt: number;
  evictedAt: number;
  start: number;
  end: number;
  first: number;
  evictions: number;
}

interface Plan {
  readonly job: Item;
  readonly mode: 'fit' | 'preempt' | 'none';
  readonly borrows: boolean;
  readonly targets: readonly Item[];
}

type FairStrategies = readonly ('LessThanOrEqualToFinalShare' | 'LessThanInitialShare')[];

export class KueueByDefinition {
  readonly #queues: readonly QueueRules[];
  readonly #jobs: Item[];
  readonly #fair: FairStrategies | undefined;
  /** Quota that is set aside within a cycle, by queue. */
  #extra: number[];
  readonly #preemptors: (Item | undefined)[];
  readonly #hopeless: Set<string>[];
  #now = 0;

  constructor(queues: readonly QueueRules[], jobs: readonly JobRules[], fair: FairStrategies | undefined) {
    this.#queues = queues;
    this.#fair = fair;
    this.#jobs = jobs.map((job, id) => ({
      ...job,
      id,
      place: 'future',
      reservedAt: NaN,
      evictedAt: -Infinity,
      start: NaN,
      end: Infinity,
      first: NaN,
      evictions: 0,
    }));
    this.#extra = queues.map(() => 0);
    this.#preemptors = queues.map(() => undefined);
    this.#hopeless = queues.map(() => new Set());
  }

  /** First start, end and number of evictions of each job; NaN where there is none. */
  run(): { first: number; end: number; evictions: number }[] {
    const retries = new Map<number, number>();
    const root = (queue: number) => (this.#queues[queue].cohort ? -1 : queue);
    const retryLater = (queue: number) => {
      if (!retries.has(root(queue))) retries.set(root(queue), this.#now + 1000);
    };
    for (;;) {
      const times = this.#jobs.map((job) =>
        job.place === 'future' ? job.submit : job.place === 'admitted' ? job.end : Infinity,
      );
      const next = Math.min(...times, ...retries.values());
      if (next === Infinity) break;
      this.#now = next;
      for (const job of this.#jobs.filter(({ place, end }) => place === 'admitted' && end <= next)) {
        job.place = 'done';
        retryLater(job.queue);
      }
      for (const job of this.#jobs.filter(({ place, submit }) => place === 'future' && submit <= next)) this.#enqueue(job);
      for (const [tree, at] of [...retries]) {
        if (at > next) continue;
        retries.delete(tree);
        this.#queues.forEach((_, queue) => {
          if (root(queue) !== tree) return;
          this.#hopeless[queue].clear();
          for (const job of this.#jobs) if (job.queue === queue && job.place === 'aside') job.place = 'heap';
        });
      }
      while (this.#cycle(retryLater));
    }
    return this.#jobs.map(({ place, first, end, evictions }) => ({ first, end: place === 'done' ? end : NaN, evictions }));
  }

  #enqueue(job: Item): void {
    job.place = this.#hopeless[job.queue].has(kindOf(job)) ? 'aside' : 'heap';
  }

  /** Answers whether it came to something. */
  #cycle(retryLater: (queue: number) => void): boolean {
    const plans = this.#queues.flatMap((_, queue) => {
      const head = this.#head(queue);
      return head === undefined ? [] : [this.#plan(head)];
    });
    let progressed = false;
    const victims: Item[] = [];
    const skipped = new Set<Plan>();
    const waiting = [...plans];
    const admitted: Item[] = [];
    while (waiting.length > 0) {
      const plan = this.#takeNext(waiting);
      const { job, mode, targets } = plan;
      if (mode === 'none') continue;
      if (mode === 'preempt' && targets.length === 0) this.#setAside(plan);
      else if (targets.some((one) => victims.includes(one))) skipped.add(plan);
      else if (job.size > this.#without([...victims, ...targets], () => this.#available(job.queue))) skipped.add(plan);
      else if (mode === 'fit') {
        job.place = 'admitted';
        job.reservedAt = this.#now;
        job.start = Math.max(this.#now, job.evictedAt + 1);
        job.end = job.start + job.runtime;
        if (Number.isNaN(job.first)) job.first = job.start;
        if (this.#preemptors[job.queue] === job) this.#preemptors[job.queue] = undefined;
        admitted.push(job);
        progressed = true;
      } else {
        this.#extra[job.queue] += job.size;
        victims.push(...targets);
        progressed = true;
      }
    }
    this.#extra = this.#queues.map(() => 0);
    for (const plan of plans) {
      const { job, mode, targets } = plan;
      if (admitted.includes(job)) continue;
      if (mode === 'preempt' && targets.length > 0 && !skipped.has(plan)) this.#preemptors[job.queue] = job;
      else if (!this.#queues[job.queue].strict && !skipped.has(plan)) {
        progressed = true;
        this.#hopeless[job.queue].add(kindOf(job));
        for (const other of this.#jobs) {
          if (other.place === 'heap' && other.queue === job.queue && kindOf(other) === kindOf(job)) other.place = 'aside';
        }
      }
    }
    for (const victim of victims) {
      victim.evictedAt = this.#now;
      // What has not even begun is not interrupted: pods are placed when nothing more is admitted at the instant.
      if (victim.start <= this.#now && victim.reservedAt < this.#now) victim.evictions++;
      else if (victim.first === victim.start) victim.first = NaN;
      victim.end = Infinity;
      retryLater(victim.queue);
    }
    for (const victim of victims) this.#enqueue(victim);
    return progressed;
  }

  #head(queue: number): Item | undefined {
    const sticky = this.#queues[queue].strict ? undefined : this.#preemptors[queue];
    return this.#jobs
      .filter((job) => job.queue === queue && job.place === 'heap')
      .sort(
        (a, b) => Number(b === sticky) - Number(a === sticky) || b.priority - a.priority || a.submit - b.submit || a.id - b.id,
      )
      .at(0);
  }

  #takeNext(waiting: Plan[]): Plan {
    const urgency = (a: Plan, b: Plan) => b.job.priority - a.job.priority || a.job.submit - b.job.submit;
    let best = 0;
    for (let i = 1; i < waiting.length; i++) {
      const [one, other] = [waiting[i], waiting[best]];
      // Queues of their own do not compete with those of the cohort.
      if (this.#fair !== undefined && !(this.#queues[one.job.queue].cohort && this.#queues[other.job.queue].cohort)) continue;
      const fairness = () => {
        const share = (plan: Plan) => this.#withMore(plan.job.queue, plan.job.size, () => this.#share(plan.job.queue));
        const borrows = (plan: Plan) =>
          Number(this.#usage(plan.job.queue) + plan.job.size > this.#queues[plan.job.queue].nominal);
        return borrows(one) - borrows(other) || compare(share(one), share(other));
      };
      const order = this.#fair === undefined ? Number(one.borrows) - Number(other.borrows) : fairness();
      if ((order || urgency(one, other)) < 0) best = i;
    }
    return waiting.splice(best, 1)[0];
  }

  #plan(job: Item): Plan {
    const { nominal, cohort, borrowingLimit, reclaim, threshold } = this.#queues[job.queue];
    const kept = this.#kept(job.queue);
    const most = cohort ? Math.min(nominal + borrowingLimit, kept + this.#cohortQuota()) : nominal;
    const borrows = cohort && this.#usage(job.queue) + job.size > nominal;
    const plan = { job, borrows, targets: [] };
    if (job.size > most) return { ...plan, mode: 'none', borrows: false };
    if (job.size <= this.#available(job.queue)) return { ...plan, mode: 'fit' };
    const mayPreempt =
      nominal >= job.size || (cohort && !borrows) || threshold !== undefined || (this.#fair !== undefined && reclaim !== 'Never');
    if (!mayPreempt) return { ...plan, mode: 'none' };
    const targets = this.#fair === undefined ? this.#classical(job) : this.#fairTargets(job, this.#fair);
    return {
      job,
      mode: 'preempt',
      targets,
      borrows: this.#without(targets, () => cohort && this.#usage(job.queue) + job.size > nominal),
    };
  }

  #setAside({ job, borrows }: Plan): void {
    const { reclaim, nominal, borrowingLimit } = this.#queues[job.queue];
    if (reclaim === 'Any') return;
    const left = nominal - this.#usage(job.queue);
    this.#extra[job.queue] += borrows ? Math.min(job.size, left + borrowingLimit) : Math.max(0, Math.min(job.size, left));
  }

  // Who may be preempted.

  #candidates(job: Item): Item[] {
    const { within, reclaim, cohort } = this.#queues[job.queue];
    return this.#jobs
      .filter((other) => {
        if (other.place !== 'admitted') return false;
        const own = other.queue === job.queue;
        if (!own && !(cohort && this.#queues[other.queue].cohort && this.#isOver(other.queue))) return false;
        const policy = own ? within : reclaim;
        if (policy === 'Never') return false;
        if (policy === 'Any' || job.priority > other.priority) return true;
        return policy === 'LowerOrNewerEqualPriority' && job.priority === other.priority && job.submit < other.submit;
      })
      .sort((a, b) => this.#victimOrder(a, b, job));
  }

  #victimOrder(a: Item, b: Item, { queue }: Item): number {
    return (
      Number(a.queue === queue) - Number(b.queue === queue) ||
      a.priority - b.priority ||
      b.reservedAt - a.reservedAt ||
      a.id - b.id
    );
  }

  #classical(job: Item): Item[] {
    const { nominal, threshold } = this.#queues[job.queue];
    const all = this.#candidates(job);
    const others = all.filter(({ queue }) => queue !== job.queue);
    const closer = this.#usage(job.queue) + job.size <= nominal;
    const forbidden = threshold === undefined;
    const notToBorrow = (one: Item) => !closer && (forbidden || one.priority >= job.priority || one.priority > threshold);
    const attempts =
      others.length === 0 || (forbidden && !(nominal > this.#usage(job.queue)))
        ? [true]
        : forbidden && !(closer && others.length > 0)
          ? [false, true]
          : [true, false];
    for (const mayBorrow of attempts) {
      const victims: Item[] = [];
      for (const one of all) {
        if (
          one.queue !== job.queue &&
          ((mayBorrow && notToBorrow(one)) || !this.#without(victims, () => this.#isOver(one.queue)))
        )
          continue;
        victims.push(one);
        if (this.#fits(job, victims, mayBorrow)) return this.#spare(job, victims, mayBorrow);
      }
    }
    return [];
  }

  #spare(job: Item, victims: readonly Item[], mayBorrow: boolean): Item[] {
    let left = [...victims];
    for (const one of [...victims].reverse().slice(1)) {
      const without = left.filter((other) => other !== one);
      if (this.#fits(job, without, mayBorrow)) left = without;
    }
    return left;
  }

  #fairTargets(job: Item, [first, second]: FairStrategies): Item[] {
    const own = job.queue;
    let left = this.#candidates(job);
    const spared: Item[] = [];
    const victims: Item[] = [];
    const pruned = new Set<number>();
    const inTrial = <Result>(ask: () => Result) => this.#withMore(own, job.size, () => this.#without(victims, ask));
    const next = (list: readonly Item[]) => {
      let best: number | undefined;
      this.#queues.forEach((rules, queue) => {
        if (pruned.has(queue) || (queue !== own && !(rules.cohort && this.#queues[own].cohort))) return;
        const heads = (one: number) => list.find((item) => item.queue === one);
        if (heads(queue) === undefined || (queue !== own && !inTrial(() => this.#isOver(queue)))) {
          pruned.add(queue);
          return;
        }
        if (best === undefined) return void (best = queue);
        const [a, b] = [queue, best].map((one) => inTrial(() => this.#share(one)));
        const order = compare(b, a) || this.#victimOrder(heads(queue) as Item, heads(best) as Item, job);
        if (order < 0) best = queue;
      });
      return best;
    };
    const withinNominal = inTrial(() => !this.#isOver(own));
    for (let queue = next(left); queue !== undefined; queue = next(left)) {
      const from = queue;
      const mine = left.filter((item) => item.queue === from);
      for (const item of mine) {
        left = left.filter((other) => other !== item);
        const newShare = inTrial(() => this.#share(own));
        const oldShare = inTrial(() => this.#share(from));
        const finalShare = inTrial(() => this.#without([item], () => this.#share(from)));
        const passes = first === 'LessThanInitialShare' ? compare(newShare, oldShare) < 0 : compare(newShare, finalShare) <= 0;
        if (from !== own && !withinNominal && !passes) {
          spared.push(item);
          continue;
        }
        victims.push(item);
        if (this.#fits(job, victims, true)) return this.#spare(job, victims, true);
        break;
      }
    }
    if (second === undefined) return [];
    pruned.clear();
    for (let queue = next(spared); queue !== undefined; queue = next(spared)) {
      const from = queue;
      const passes =
        compare(
          inTrial(() => this.#share(own)),
          inTrial(() => this.#share(from)),
        ) < 0;
      const item = spared.find((one) => one.queue === from) as Item;
      if (passes) victims.push(item);
      if (passes && this.#fits(job, victims, true)) return this.#spare(job, victims, true);
      pruned.add(from);
    }
    return [];
  }

  #fits(job: Item, victims: readonly Item[], mayBorrow: boolean): boolean {
    return this.#without(victims, () => {
      if (!mayBorrow && this.#usage(job.queue) + job.size > this.#queues[job.queue].nominal) return false;
      return job.size <= this.#available(job.queue);
    });
  }

  // Quota.

  #usage(queue: number): number {
    const admitted = this.#jobs.filter((job) => job.queue === queue && job.place === 'admitted');
    return admitted.reduce((sum, { size }) => sum + size, this.#extra[queue]);
  }

  #isOver(queue: number): boolean {
    return this.#usage(queue) > this.#queues[queue].nominal;
  }

  #kept(queue: number): number {
    const { cohort, nominal, lendingLimit } = this.#queues[queue];
    return cohort ? Math.max(0, nominal - lendingLimit) : 0;
  }

  #cohortQuota(): number {
    return this.#queues.reduce((sum, { cohort, nominal }, queue) => sum + (cohort ? nominal - this.#kept(queue) : 0), 0);
  }

  #available(queue: number): number {
    const { cohort, nominal, borrowingLimit } = this.#queues[queue];
    const usage = this.#usage(queue);
    if (!cohort) return Math.max(0, nominal - usage);
    const kept = this.#kept(queue);
    const taken = this.#queues.reduce(
      (sum, rules, other) => sum + (rules.cohort ? Math.max(0, this.#usage(other) - this.#kept(other)) : 0),
      0,
    );
    const limit = nominal - kept - Math.max(0, usage - kept) + borrowingLimit;
    return Math.max(0, Math.max(0, kept - usage) + Math.min(limit, this.#cohortQuota() - taken));
  }

  /** What a queue borrows of what could be lent, by its weight; a pair, so that a weight of 0 is the largest of all. */
  #share(queue: number): readonly [number, number] {
    const { cohort, nominal, weight } = this.#queues[queue];
    const borrowed = Math.max(0, this.#usage(queue) - nominal);
    const lendable = this.#cohortQuota();
    if (!cohort || borrowed === 0 || lendable === 0) return [0, 0];
    const ratio = (borrowed * 1000) / lendable;
    return weight === 0 ? [1, ratio] : [0, ratio / weight];
  }

  #without<Result>(items: readonly Item[], ask: () => Result): Result {
    const places = items.map(({ place }) => place);
    for (const item of items) item.place = 'done';
    const result = ask();
    items.forEach((item, index) => (item.place = places[index]));
    return result;
  }

  #withMore<Result>(queue: number, size: number, ask: () => Result): Result {
    this.#extra[queue] += size;
    const result = ask();
    this.#extra[queue] -= size;
    return result;
  }
}

function kindOf({ priority, size }: Item): string {
  return `${priority} ${size}`;
}

function compare(one: readonly [number, number], other: readonly [number, number]): number {
  return one[0] - other[0] || one[1] - other[1];
}
