/**
 * A cluster of pods in virtual time, for runs of a session without an API: what is ordered is done at once, pods are up when
 * they are bound, and end when their job has run for as long as the workload says.
 */
import type { Cluster } from '../../cluster.ts';
import { ownRunTime } from '../../engine/outcomes.ts';
import { prepareRun } from '../../engine/prepare.ts';
import type { RunOptions } from '../../engine/prepare.ts';
import { isUp } from '../driver/live-pod.ts';
import type { LivePod } from '../driver/live-pod.ts';
import type { DeleteOrder, Order } from '../driver/orders.ts';
import { Session } from '../driver/session.ts';
import { withStrangerRows } from '../driver/stranger-rows.ts';
import type { Task } from '../driver/tasks.ts';
import type { PolicySpec } from '../../policy.ts';
import type { Schedule } from '../../schedule.ts';
import type { Workload } from '../../workload.ts';

interface Event {
  readonly at: number;
  /** Ends before submissions, as in a simulation. */
  readonly rank: number;
  readonly happen: () => void;
}

export class VirtualCluster {
  readonly session: Session;
  readonly #workload: Workload;
  readonly #spec: PolicySpec;
  readonly #pods = new Map<string, LivePod>();
  #events: Event[] = [];
  #now = 0;
  #uids = 0;
  #hasChanged = false;
  #hasGone = false;
  /** Called with each order before it is carried out. */
  onOrder: (order: Order) => void = () => undefined;

  constructor(workload: Workload, cluster: Cluster, spec: PolicySpec, options: RunOptions, killScan?: number) {
    const rows = withStrangerRows(workload, cluster);
    this.#workload = workload;
    this.#spec = spec;
    const prepared = prepareRun(rows.workload, cluster, spec, options);
    this.session = new Session({ rows, cluster, prepared, killScan, warn: () => undefined });
    for (let job = 0; job < workload.count; job++) this.#at(workload.submit[job], 2, () => this.#submit(job));
  }

  get pods(): Iterable<LivePod> {
    return this.#pods.values();
  }

  run(most = 1e9): Schedule {
    for (let instants = 0; this.session.jobsOver < this.#workload.count && instants < 50_000; instants++) {
      const next = Math.min(this.#events[0]?.at ?? Infinity, this.session.nextWake);
      if (next === Infinity || next > most) break;
      this.#now = Math.max(next, this.#now);
      // The end of a pod that was deleted before is no event.
      this.#hasChanged = this.session.nextWake <= this.#now;
      while ((this.#events[0]?.at ?? Infinity) <= this.#now) this.#events.shift()!.happen();
      this.#carryOut(this.session.expire(this.#now));
      // What ends at the instant at which it was decided on opens another round of it, as in a simulation.
      for (let rounds = 0; this.#hasChanged && rounds < 100; rounds++) {
        this.#hasChanged = false;
        this.#hasGone = false;
        let orders = this.session.step(this.#now);
        // Pods that are made anew are bound as soon as they are there, and up as soon as they are bound.
        for (let answers = 0; orders.length > 0 && answers < 100; answers++) {
          this.#carryOut(orders);
          orders = this.session.settle(this.#now);
        }
        this.#hasChanged = this.#hasGone;
      }
    }
    return this.session.finish(this.#spec.name);
  }

  #at(at: number, rank: number, happen: () => void): void {
    let index = this.#events.length;
    const isBefore = (other: Event) => other.at < at || (other.at === at && other.rank <= rank);
    while (index > 0 && !isBefore(this.#events[index - 1])) index--;
    this.#events.splice(index, 0, { at, rank, happen });
  }

  #submit(job: number): void {
    for (const task of this.session.tasks.of(job)) this.#create(task, 0);
  }

  #create(task: Task, generation: number): void {
    const { job, group, index } = task;
    const uid = `virtual-${this.#uids++}`;
    this.#set({
      ...{ uid, name: `${job}-${group}-${index}-${generation}`, namespace: 'test', mark: { job, group, index, generation } },
      ...{
        nodeName: undefined,
        phase: 'Pending',
        terminating: false,
        isHeld: false,
        isTombstone: false,
        reason: '',
        json: undefined,
      },
    });
  }

  #set(pod: LivePod): void {
    this.#hasChanged = true;
    this.#pods.set(pod.uid, pod);
    this.session.see(pod);
  }

  #carryOut(orders: readonly Order[]): void {
    for (const order of orders) {
      this.onOrder(order);
      if (order.kind === 'create') this.#create(order.task, order.generation);
      else if (order.kind === 'delete') this.#delete(order);
      else if (order.kind === 'bind') for (const { task, pod, nodeName } of order.binds) this.#bind(task, pod.uid, nodeName);
    }
  }

  #bind(task: Task, uid: string, nodeName: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined || pod.nodeName !== undefined) throw new Error(`pod ${uid} cannot be bound`);
    this.#set({ ...pod, nodeName });
    this.session.bound(task);
    // Some policies say themselves when the pods that they bind are there.
    const ready = this.session.core.running.startOf(task.job);
    if (ready > this.#now) this.#at(ready, 0, () => this.#up(task, uid));
    else this.#up(task, uid);
  }

  #up({ job }: Task, uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined || pod.phase !== 'Pending') return;
    const wasQuiet = !this.#hasChanged;
    this.#set({ ...pod, phase: 'Running' });
    // A simulation has no cycle for it.
    if (wasQuiet) this.#hasChanged = false;
    const runtime = ownRunTime(this.#workload, job);
    if (runtime === Infinity) return;
    // The job's processes meet when enough of them are there; some may be done already, if others came anew.
    if (!this.session.tasks.enough(job, (one) => one.pod !== undefined && isUp(one.pod))) return;
    for (const { pod: own } of this.session.tasks.of(job)) {
      if (own?.phase === 'Running') this.#at(this.#now + runtime, 0, () => this.#end(own.uid));
    }
  }

  #end(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod?.phase !== 'Running') return;
    this.#set({ ...pod, phase: this.#workload.outcome[pod.mark?.job ?? 0] === 0 ? 'Succeeded' : 'Failed' });
  }

  #delete({ pod: { uid }, grace = 0 }: DeleteOrder): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    const go = () => {
      const last = this.#pods.get(uid);
      if (last === undefined) return;
      this.#hasChanged = true;
      this.#hasGone = true;
      this.#pods.delete(uid);
      this.session.gone(last);
    };
    if (grace === 0) return go();
    this.#set({ ...pod, terminating: true });
    this.#at(this.#now + grace, 1, go);
  }
}
