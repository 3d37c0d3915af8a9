// The scheduling queue as its source describes it, without any data structure: one list of pods, looked through at every
// step, and a flush at every single tick. Sources as in src/policies/kube-default/queue/scheduling-queue.ts.

export interface ModelPod {
  readonly uid: string;
  priority: number;
  app: string;
  gates: number;
  timestamp: number;
  stamp: number;
  attempts: number;
  unschedulable: number;
  errors: number;
  rejectors: string[];
  pending: string[];
  gatedBy?: string;
  place: 'active' | 'backoff' | 'error' | 'unschedulable' | 'flight' | 'gone';
  /** Only in flight: what has happened since, and its object as it is by now. */
  seen: Happening[];
  latest?: { app: string; gates: number };
}

/** What happens, in the words of the test. */
export type Happening =
  | { readonly what: 'pod deleted'; readonly upTo?: number }
  | { readonly what: 'thing added'; readonly app: string }
  | { readonly what: 'thing deleted' }
  | { readonly what: 'waited too long' }
  | { readonly what: 'activated' | 'relabelled' | 'ungated' | 'touched'; readonly uid: string };

type Wish = 'skip' | 'queue' | 'immediately';

export class QueueModel {
  readonly version: '1.26' | '1.36';
  readonly pods: ModelPod[] = [];
  readonly gated = new Set<string>();
  now = 0;
  #stamps = 0;
  #cycle = 0;
  #moved = -1;

  constructor(version: '1.26' | '1.36') {
    this.version = version;
  }

  get #hints(): boolean {
    return this.version === '1.36';
  }

  get size() {
    const count = (...places: ModelPod['place'][]) => this.pods.filter(({ place }) => places.includes(place)).length;
    const gated = this.pods.filter(({ place, gatedBy }) => place === 'unschedulable' && gatedBy !== undefined).length;
    return { active: count('active'), backoff: count('backoff', 'error'), unschedulable: count('unschedulable') - gated, gated };
  }

  at(place: ModelPod['place']): ModelPod[] {
    return this.pods.filter((pod) => pod.place === place);
  }

  /** Time passes, second by second. */
  pass(to: number): void {
    for (let tick = Math.floor(this.now / 1000) * 1000 + 1000; tick <= to; tick += 1000) {
      this.now = tick;
      if (tick % 30_000 === 0) this.#flushLeftover();
      for (const pod of this.pods.filter(({ place }) => place === 'backoff' || place === 'error')) {
        if (!this.#isBackingOff(pod)) this.#activate(pod, this.#hints);
      }
    }
    this.now = to;
  }

  add(uid: string, priority: number, app: string, gates: number): ModelPod {
    const pod: ModelPod = {
      ...{ uid, priority, app, gates, timestamp: this.now, stamp: this.#stamps++, attempts: 0, unschedulable: 0, errors: 0 },
      ...{ rejectors: [], pending: [], place: 'gone', seen: [] },
    };
    this.pods.push(pod);
    this.#activate(pod, false);
    return pod;
  }

  pop(): ModelPod | undefined {
    const active = this.at('active').sort((a, b) => this.#compare(a, b));
    const backoff = this.at('backoff').sort((a, b) => this.#backoffEnd(a) - this.#backoffEnd(b) || this.#compare(a, b));
    const head = active[0] ?? (this.#hints ? backoff[0] : undefined);
    if (head === undefined) return undefined;
    Object.assign(head, { place: 'flight', attempts: head.attempts + 1, seen: [], latest: { app: head.app, gates: head.gates } });
    this.#cycle++;
    return head;
  }

  done(pod: ModelPod): void {
    pod.place = 'gone';
  }

  failed(pod: ModelPod, rejectors: string[], pending: string[]): void {
    pod.place = 'gone';
    if (pod.latest === undefined) return;
    Object.assign(pod, pod.latest, { gatedBy: undefined, timestamp: this.now, stamp: this.#stamps++ });
    const error = rejectors.length + pending.length === 0;
    pod.errors = error ? pod.errors + 1 : 0;
    if (!error) pod.unschedulable++;
    if (this.#hints || !error) Object.assign(pod, { rejectors, pending });
    if (!this.#hints) {
      if (this.#moved >= this.#cycle) pod.place = 'backoff';
      else pod.place = 'unschedulable';
      return;
    }
    const wishes = error ? ['queue' as const] : pod.seen.map((happening) => this.#worth(pod, happening));
    if (wishes.includes('immediately')) this.#requeue(pod, 'immediately');
    else this.#requeue(pod, wishes.includes('queue') ? 'queue' : 'skip');
  }

  happen(happening: Happening): void {
    for (const pod of this.at('unschedulable')) {
      if (happening.what === 'pod deleted' && pod.priority > (happening.upTo ?? Infinity)) continue;
      if (this.#hints && pod.gatedBy !== undefined && !this.#registered(pod.gatedBy, happening)) continue;
      const wish = this.#worth(pod, happening);
      if (wish !== 'skip') this.#requeue(pod, wish);
    }
    this.#note(happening);
  }

  activate(pod: ModelPod): void {
    if (pod.place === 'unschedulable') this.#activate(pod, false);
    else if (pod.place === 'backoff' || pod.place === 'error') this.#activate(pod, this.#hints);
    else if (pod.place === 'flight' && this.#hints) this.#see({ what: 'activated', uid: pod.uid });
  }

  /** In old versions a pod in flight is left out: it would be queued a second time. */
  update(pod: ModelPod, what: 'relabelled' | 'ungated' | 'touched', next: { app: string; gates: number }): void {
    const happening: Happening = { what, uid: pod.uid };
    if (pod.place === 'flight') {
      pod.latest = next;
      this.#see(happening);
      return;
    }
    Object.assign(pod, next);
    if (pod.place !== 'unschedulable') return;
    if (this.#hints) this.#requeue(pod, this.#worth(pod, happening));
    else if (what !== 'touched') this.#requeue(pod, 'queue');
  }

  remove(pod: ModelPod): void {
    if (pod.place === 'flight') pod.latest = undefined;
    else pod.place = 'gone';
  }

  #flushLeftover(): void {
    const old = this.at('unschedulable').filter(({ timestamp }) => this.now - timestamp > 300_000);
    for (const pod of old) if (pod.gatedBy === undefined || !this.#hints) this.#requeue(pod, 'queue');
    if (old.length > 0) this.#note({ what: 'waited too long' });
  }

  #note(happening: Happening): void {
    this.#moved = this.#cycle;
    this.#see(happening);
  }

  #see(happening: Happening): void {
    for (const pod of this.at('flight')) pod.seen.push(happening);
  }

  #worth(pod: ModelPod, happening: Happening): Wish {
    if (pod.rejectors.length + pod.pending.length === 0) return 'queue';
    if (happening.what === 'waited too long') return 'queue';
    if ('uid' in happening && happening.uid !== pod.uid) return 'skip';
    if (happening.what === 'activated') return 'queue';
    if (pod.pending.some((plugin) => this.#helps(plugin, pod, happening))) return 'immediately';
    return pod.rejectors.some((plugin) => this.#helps(plugin, pod, happening)) ? 'queue' : 'skip';
  }

  #registered(plugin: string, { what }: Happening): boolean {
    if (plugin === 'NodeResourcesFit') return what === 'pod deleted';
    if (plugin === 'SchedulingGates') return what === 'ungated';
    if (plugin === 'Things') return what === 'thing added';
    if (plugin === 'Gate') return what === 'thing deleted';
    return true;
  }

  #helps(plugin: string, pod: ModelPod, happening: Happening): boolean {
    if (!this.#registered(plugin, happening)) return false;
    if (!this.#hints) return true;
    if (happening.what === 'thing added' && plugin === 'Things') return happening.app === pod.app;
    return plugin !== 'Gate';
  }

  #requeue(pod: ModelPod, wish: Wish): void {
    if (wish === 'skip') pod.place = 'unschedulable';
    else if (wish === 'queue' && this.#isBackingOff(pod)) this.#backOff(pod);
    else this.#activate(pod, false);
  }

  #backOff(pod: ModelPod): void {
    if (this.#hints && !this.#passes(pod)) pod.place = 'unschedulable';
    else pod.place = this.#hints && pod.rejectors.length + pod.pending.length === 0 ? 'error' : 'backoff';
  }

  #activate(pod: ModelPod, passed: boolean): void {
    pod.place = passed || this.#passes(pod) ? 'active' : 'unschedulable';
  }

  #passes(pod: ModelPod): boolean {
    pod.gatedBy = this.#hints && pod.gates > 0 ? 'SchedulingGates' : this.gated.has(pod.uid) ? 'Gate' : undefined;
    if (pod.gatedBy !== undefined) pod.rejectors = [...new Set([...pod.rejectors, pod.gatedBy])];
    return pod.gatedBy === undefined;
  }

  /** The first wait is a second, the longest ten. */
  #backoffEnd(pod: ModelPod): number {
    const waits = [1000, 2000, 4000, 8000, 10_000];
    const wait = (failures: number) => waits[Math.min(failures, waits.length) - 1];
    if (!this.#hints) return pod.timestamp + wait(Math.max(pod.attempts, 1));
    const failures = pod.errors > 0 ? pod.errors : pod.unschedulable;
    if (failures === 0) return -Infinity;
    return Math.trunc((pod.timestamp + wait(failures)) / 1000) * 1000;
  }

  #isBackingOff(pod: ModelPod): boolean {
    if (this.#hints) return !(this.#backoffEnd(pod) < Math.trunc(this.now / 1000) * 1000);
    return pod.gatedBy === undefined && this.#backoffEnd(pod) > this.now;
  }

  #compare(a: ModelPod, b: ModelPod): number {
    return b.priority - a.priority || a.timestamp - b.timestamp || a.stamp - b.stamp;
  }
}
