import type { Command } from 'commander';
import { rbacManifest } from '../live/rbac.ts';
import { examples } from './command.ts';
import { print } from './output.ts';

interface Options {
  serviceAccount: string;
  namespace: string;
  evict?: boolean;
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
    .action(({ serviceAccount, namespace, evict = false }: Options) => {
      print(rbacManifest(serviceAccount, namespace, evict).trimEnd());
    });
}
