/** Quotas and weights of ClusterQueues and Cohorts. */
import { usageError } from '../../errors.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { parseQuantity } from '../../kubernetes-quantity.ts';
import type { FlavorQuotas, Quota, ResourceGroup } from './objects.ts';

export function readResourceGroups(field: JsonField): ResourceGroup[] {
  return field.list().map((group) => {
    group.expectOnly('coveredResources', 'flavors');
    const resources = group.at('coveredResources').texts();
    return {
      resources,
      flavors: group
        .at('flavors')
        .list()
        .map((flavor) => readFlavorQuotas(flavor, resources)),
    };
  });
}

function readFlavorQuotas(field: JsonField, covered: readonly string[]): FlavorQuotas {
  field.expectOnly('name', 'resources');
  const quotas = new Map<string, Quota>();
  for (const resource of field.at('resources').list()) {
    resource.expectOnly('name', 'nominalQuota', 'borrowingLimit', 'lendingLimit');
    const name = resource.at('name').text() ?? '';
    if (!covered.includes(name)) {
      throw usageError(`${name} is not among the covered resources`, resource.path, `covered are: ${covered.join(', ')}`);
    }
    quotas.set(name, {
      nominal: readAmount(resource.at('nominalQuota'), name) ?? 0,
      borrowingLimit: readAmount(resource.at('borrowingLimit'), name) ?? Infinity,
      lendingLimit: readAmount(resource.at('lendingLimit'), name) ?? Infinity,
    });
  }
  const missing = covered.find((name) => !quotas.has(name));
  if (missing !== undefined) throw usageError(`it has no quota of ${missing}`, field.path, 'write one, 0 for none');
  return { flavor: field.at('name').text() ?? '', quotas };
}

/** In the unit of the resource: millicores for cpu. */
function readAmount(field: JsonField, resource: string): number | undefined {
  if (field.absent) return undefined;
  const amount = parseQuantity(String(field.value), resource === 'cpu' ? 3 : 0);
  if (amount === undefined || amount < 0n) throw field.wrong('a quantity such as "500m", "16Gi" or 4');
  return Number(amount);
}

/** The weight in fair sharing, to the thousandth if it has a suffix; 1 if it is absent. */
export function readWeight(fairSharing: JsonField): number {
  fairSharing.expectOnly('weight');
  const field = fairSharing.at('weight');
  if (field.absent) return 1;
  const plain = Number(field.value);
  const thousandths = parseQuantity(String(field.value), 3);
  if (thousandths === undefined || thousandths < 0n) throw field.wrong('a quantity such as "500m" or 2');
  return Number.isNaN(plain) ? Number(thousandths) / 1000 : plain;
}
