import { Int32Column, SeldomColumn } from './columns.ts';
import type { KubernetesObjects, PodTemplate } from './kubernetes-workload.ts';

/** What stands around the pods in Kubernetes. */
export type KubernetesContext = Pick<KubernetesObjects, 'budgets' | 'services' | 'replicators' | 'namespaces'>;

/** Gathers what Kubernetes knows of the jobs of a trace; costs nothing for a trace that has nothing of it. */
export class TemplateBuilder {
  readonly #templates: PodTemplate[] = [];
  readonly #parallelism: number[] = [];
  readonly #ofGroup: SeldomColumn<Int32Column>;
  readonly #throttle: SeldomColumn<Int32Column>;
  context: KubernetesContext | undefined;

  /** `expected`: about how many rows there will be. */
  constructor(expected: () => number) {
    this.#ofGroup = new SeldomColumn(-1, () => new Int32Column(expected()));
    this.#throttle = new SeldomColumn(-1, () => new Int32Column(expected()));
  }

  template(template: PodTemplate): number {
    return this.#templates.push(template) - 1;
  }

  throttle(parallelism: number): number {
    return this.#parallelism.push(parallelism) - 1;
  }

  addGroup(group: number, template: number): void {
    this.#ofGroup.set(group, template);
  }

  addJob(job: number, throttle: number): void {
    this.#throttle.set(job, throttle);
  }

  /** Undefined for a workload that was not read from Kubernetes objects. */
  finish(jobs: number, groups: number): KubernetesObjects | undefined {
    if (this.context === undefined && this.#templates.length === 0) return undefined;
    return {
      templateOfGroup: this.#ofGroup.done(groups) ?? new Int32Array(groups).fill(-1),
      templates: this.#templates,
      throttleOfJob: this.#throttle.done(jobs) ?? new Int32Array(jobs).fill(-1),
      parallelism: this.#parallelism,
      ...(this.context ?? { budgets: [], services: [], replicators: [], namespaces: [] }),
    };
  }
}
