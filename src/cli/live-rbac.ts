import type { Command } from 'commander';
import { EVICTION_RULES, rbacManifest, STOCK_RULES } from '../live/rbac.ts';
import { examples } from './command.ts';
import { print } from './output.ts';

interface Options {
  serviceAccount: string;
  namespace: string;
  evict?: boolean;
  kubeScheduler?: boolean;
}

export function declareLiveRbac(command: Command): void {
  examples(command, [
    'yardmaster live rbac | kubectl apply -f -',
    'yardmaster live rbac --namespace experiments --service-account scheduler --evict',
  ]);
  command
    .option('--service-account <name>', 'who is to have the rights', 'yardmaster')
    .option('--namespace <name>', 'where it is', 'default')
    .option('--evict', 'also for --preempt-by evict')
    .option('--kube-scheduler', 'also for "live run --kube-scheduler"')
    .action(({ serviceAccount, namespace, evict, kubeScheduler }: Options) => {
      const more = [...(evict === true ? EVICTION_RULES : []), ...(kubeScheduler === true ? STOCK_RULES : [])];
      print(rbacManifest(serviceAccount, namespace, more).trimEnd());
    });
}
