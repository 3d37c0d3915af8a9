/**
 * Selectors made ready for matching. What Kubernetes cannot parse is not refused here but told in `error`: some
 * plugins let such a selector match nothing, others fail.
 * Source: apimachinery, pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go.
 */
import type { Labels, LabelSelector, Requirement } from './kubernetes.ts';

/** A condition on labels. */
export interface LabelMatcher {
  matches(labels: Labels): boolean;
  /** It has no condition and matches everything. */
  readonly empty: boolean;
  /** Why it cannot be understood; it matches nothing then. */
  readonly error?: string;
}

export const NOTHING: LabelMatcher = { matches: () => false, empty: false };
export const EVERYTHING: LabelMatcher = { matches: () => true, empty: true };

/** Without a selector nothing matches, with an empty one everything. */
export function compileLabelSelector(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return NOTHING;
  const equal = [...selector.matchLabels].map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  // Gt and Lt are for nodes only.
  const foreign = selector.matchExpressions.find(({ operator }) => operator === 'Gt' || operator === 'Lt');
  if (foreign !== undefined) return failing(`"${foreign.operator}" is not a valid label selector operator`);
  return compileRequirements([...equal, ...selector.matchExpressions]);
}

/** All of these labels with these values. */
export function labelsEqual(wanted: Labels): LabelMatcher {
  return compileRequirements([...wanted].map(([key, value]) => ({ key, operator: 'In', values: [value] })));
}

/** Both of two selectors. */
export function bothMatch(one: LabelMatcher, other: LabelMatcher): LabelMatcher {
  if (one.empty) return other;
  if (other.empty) return one;
  const error = one.error ?? other.error;
  if (error !== undefined) return failing(error);
  return { matches: (labels) => one.matches(labels) && other.matches(labels), empty: false };
}

export function compileRequirements(requirements: readonly Requirement[]): LabelMatcher {
  if (requirements.length === 0) return EVERYTHING;
  for (const requirement of requirements) {
    const error = validate(requirement);
    if (error !== undefined) return failing(error);
  }
  const tests = requirements.map(compileRequirement);
  if (tests.length === 1) return { matches: tests[0], empty: false };
  return { matches: (labels) => tests.every((test) => test(labels)), empty: false };
}

function failing(error: string): LabelMatcher {
  return { ...NOTHING, error };
}

function compileRequirement({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  const [first] = values;
  const wanted = new Set(values);
  switch (operator) {
    case 'In':
      return values.length === 1 ? (labels) => labels.get(key) === first : (labels) => isOneOf(wanted, labels.get(key));
    case 'NotIn':
      return (labels) => !isOneOf(wanted, labels.get(key));
    case 'Exists':
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      return (labels) => !labels.has(key);
    default: {
      const bound = parseInt64(first) ?? 0n;
      const wants = operator === 'Gt' ? (value: bigint) => value > bound : (value: bigint) => value < bound;
      return (labels) => {
        const value = parseInt64(labels.get(key) ?? '');
        return value !== undefined && wants(value);
      };
    }
  }
}

function isOneOf(wanted: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && wanted.has(value);
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function validate({ key, operator, values }: Requirement): string | undefined {
  const error = validateKey(key) ?? validateCount(operator, values);
  if (error !== undefined) return error;
  const bad = values.find((value) => value !== '' && (value.length > 63 || !NAME.test(value)));
  return bad === undefined ? undefined : `"${bad}" is not a valid label value`;
}

function validateKey(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts[parts.length - 1];
  const good =
    parts.length <= 2 &&
    name.length <= 63 &&
    NAME.test(name) &&
    (parts.length === 1 || (parts[0].length <= 253 && PREFIX.test(parts[0])));
  return good ? undefined : `"${key}" is not a valid label key`;
}

function validateCount(operator: string, values: readonly string[]): string | undefined {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? undefined : `"${operator}" needs at least one value`;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0 ? undefined : `"${operator}" takes no values`;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && parseInt64(values[0]) !== undefined
        ? undefined
        : `"${operator}" needs one value that is a whole number`;
    default:
      return `"${operator}" is not a valid selector operator`;
  }
}

/** A whole number of 64 bits as Go's ParseInt reads it with base 10; undefined if it is none. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
