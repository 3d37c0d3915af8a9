/** Sets of nodes as bits: node `n` is bit `n % 32` of word `n / 32`. All sets of one cluster are of one length. */
export type NodeSet = Uint32Array;

export function emptyNodeSet(nodes: number): NodeSet {
  return new Uint32Array(Math.ceil(nodes / 32));
}

export function nodeSetOf(nodes: number, members: Iterable<number>): NodeSet {
  const set = emptyNodeSet(nodes);
  for (const node of members) addNode(set, node);
  return set;
}

export function hasNode(set: NodeSet, node: number): boolean {
  return (set[node >>> 5] & (1 << (node & 31))) !== 0;
}

export function addNode(set: NodeSet, node: number): void {
  set[node >>> 5] |= 1 << (node & 31);
}

export function removeNode(set: NodeSet, node: number): void {
  set[node >>> 5] &= ~(1 << (node & 31));
}

/** Keeps what is in `other` too. */
export function keepOnly(set: NodeSet, other: NodeSet): void {
  for (let word = 0; word < set.length; word++) set[word] &= other[word];
}

export function addAll(set: NodeSet, other: NodeSet): void {
  for (let word = 0; word < set.length; word++) set[word] |= other[word];
}

export function removeAll(set: NodeSet, other: NodeSet): void {
  for (let word = 0; word < set.length; word++) set[word] &= ~other[word];
}

export function overlaps(set: NodeSet, other: NodeSet): boolean {
  for (let word = 0; word < set.length; word++) if ((set[word] & other[word]) !== 0) return true;
  return false;
}

/** Whether every node of `set` is in `other`. */
export function isWithin(set: NodeSet, other: NodeSet): boolean {
  for (let word = 0; word < set.length; word++) if ((set[word] & ~other[word]) !== 0) return false;
  return true;
}

export function isSameSet(set: NodeSet, other: NodeSet): boolean {
  for (let word = 0; word < set.length; word++) if (set[word] !== other[word]) return false;
  return true;
}

/** The nodes of a set, upwards. */
export function membersOf(set: NodeSet): number[] {
  const members: number[] = [];
  for (let word = 0; word < set.length; word++) {
    for (let bits = set[word]; bits !== 0; bits &= bits - 1) members.push(word * 32 + 31 - Math.clz32(bits & -bits));
  }
  return members;
}

/** Nodes that are in both [count]. */
export function countCommon(set: NodeSet, other: NodeSet): number {
  let count = 0;
  for (let word = 0; word < set.length; word++) count += onesIn(set[word] & other[word]);
  return count;
}

export function countNodes(set: NodeSet): number {
  return countCommon(set, set);
}

/** Bits that are set in a word: sums of neighbours, then of pairs, then of nibbles. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return (((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
