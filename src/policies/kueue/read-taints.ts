import type { JsonField } from '../../kubernetes-json.ts';
import type { Taint, Toleration } from '../../kubernetes.ts';

export function readTaint(field: JsonField): Taint {
  return {
    key: field.at('key').text() ?? '',
    value: field.at('value').text() ?? '',
    effect: field.at('effect').text() ?? '',
  };
}

export function readToleration(field: JsonField): Toleration {
  return {
    ...readTaint(field),
    operator: field.at('operator').text() ?? '',
    tolerationSeconds: field.at('tolerationSeconds').integer(),
  };
}
