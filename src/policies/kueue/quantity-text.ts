/** Amounts in messages, as Kubernetes writes quantities. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

export function quantityText(resource: string, amount: number): string {
  if (resource === 'cpu' && amount % 1000 !== 0) return `${amount}m`;
  const whole = resource === 'cpu' ? amount / 1000 : amount;
  const isBinary = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  return isBinary ? withSuffix(whole, 1024, BINARY) : withSuffix(whole, 1000, DECIMAL);
}

/** The largest unit that leaves a whole number. */
function withSuffix(amount: number, base: number, suffixes: readonly string[]): string {
  let rest = amount;
  let power = 0;
  while (rest !== 0 && rest % base === 0 && power < suffixes.length - 1) {
    rest /= base;
    power++;
  }
  // Only shares of GPUs are no whole numbers; they are told in thousandths.
  return `${Math.round(rest * 1000) / 1000}${suffixes[power]}`;
}
