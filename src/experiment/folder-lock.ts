/**
 * Keeps two commands from writing into one folder of results. A writer first publishes its claim and only then looks for
 * those of others, so that of two who come at once at least one sees the other; who sees one takes the own claim back and
 * tries again, or gives up. Whoever holds the folder never looks again. A process that was killed holds nothing: on its
 * own machine that is seen at once, elsewhere by a claim that has not changed for a while.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { usageError } from '../errors.ts';
import { beat, claimsIn, lastBeat, lifeOf, publish, thisWriter, withdraw } from './folder-claims.ts';
import type { Claim, Writer } from './folder-claims.ts';
import type { Shard } from './runner.ts';

/** What is written: everything, a part of the points, or what is made of parts. */
export type Writing = { readonly what: 'whole' | 'merge' } | { readonly what: 'part'; readonly shard: Shard };

export interface FolderLock {
  /** Aborted if another machine has taken this process for dead. */
  readonly lost: AbortSignal;
  /** Shows that the process lives: done by a timer, but work that lets no timer ring has to call it. */
  beat(): void;
  release(): void;
}

export interface LockOptions {
  /** Told before it is waited for a sign of life. */
  readonly onWait?: (claim: Claim) => void;
  /** How often life is shown, and how long a claim may show none [ms]. File systems of networks tell of changes late. */
  readonly beatEvery?: number;
  readonly patience?: number;
}

const BEAT_EVERY = 10_000;
const PATIENCE = 90_000;
/** How often a claim is made before another one that lives is believed to hold the folder [count]. */
const ATTEMPTS = 6;

/** Takes the folder. Throws `InputError` if another process is writing into it what must not be written side by side. */
export async function lockFolder(out: string, writing: Writing, options: LockOptions = {}): Promise<FolderLock> {
  const self = thisWriter();
  const role = roleOf(writing);
  let seen: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const claim = publish(out, role, self);
    const others = claimsIn(out).filter(({ name, role: other }) => name !== claim.name && excludes(role, other));
    if (others.length === 0) return hold(out, claim, options.beatEvery ?? BEAT_EVERY);
    withdraw(out, claim);
    const holder = await firstThatLives(out, others, self, options);
    // Whoever only tries has taken that claim back by now: the same one, seen again, holds the folder.
    const holds = holder !== undefined && (holder.name === seen || attempt === ATTEMPTS || lifeOf(holder, self) === 'unknown');
    if (holds) throw isTaken(out, holder);
    seen = holder?.name;
    // Two who met are not to meet again: their numbers differ.
    await pause(20 * attempt + (self.pid % 97));
  }
}

function roleOf(writing: Writing): string {
  return writing.what === 'part' ? `part-${writing.shard.index}-of-${writing.shard.count}` : writing.what;
}

/** Parts of one division write points of their own, and may be merged while others still run. */
function excludes(role: string, other: string): boolean {
  const [a, b] = [role, other].map((text) => /^part-(\d+)-of-(\d+)$/.exec(text));
  if (a !== null && b !== null) return a[2] !== b[2] || a[1] === b[1];
  if (a === null && b === null) return true;
  return role === 'whole' || other === 'whole';
}

/** The first of the claims whose process runs; claims of those that are over are removed. */
async function firstThatLives(
  out: string,
  claims: readonly Claim[],
  self: Writer,
  options: LockOptions,
): Promise<Claim | undefined> {
  for (const claim of claims) {
    let life = lifeOf(claim, self);
    if (life === 'unknown') life = (await showsLife(out, claim, options)) ? 'runs' : 'is-over';
    if (life === 'runs') return claim;
    withdraw(out, claim);
  }
  return undefined;
}

/** Of a process elsewhere: whether its claim changes within the time. */
async function showsLife(
  out: string,
  claim: Claim,
  { onWait, beatEvery = BEAT_EVERY, patience = PATIENCE }: LockOptions,
): Promise<boolean> {
  const first = lastBeat(out, claim);
  if (first === undefined) return false;
  onWait?.(claim);
  for (let waited = 0; waited < patience; waited += beatEvery / 4) {
    await pause(beatEvery / 4);
    const last = lastBeat(out, claim);
    if (last === undefined) return false;
    if (last !== first) return true;
  }
  return false;
}

function hold(out: string, claim: Claim, every: number): FolderLock {
  const losing = new AbortController();
  let beats = 0;
  const show = () => {
    try {
      if (!beat(out, claim, ++beats)) losing.abort();
    } catch {
      // A file system that is full or away for a moment ends no run: the next sign comes soon.
    }
  };
  show();
  const timer = setInterval(show, every);
  // It does not keep the process going.
  timer.unref();
  return {
    lost: losing.signal,
    beat: show,
    release() {
      clearInterval(timer);
      withdraw(out, claim);
    },
  };
}

function isTaken(out: string, { role, pid, host }: Claim): Error {
  const what =
    role === 'whole' ? 'a run' : role === 'merge' ? 'a merge' : `part ${role.replace(/\D+/g, ' ').trim().replace(' ', ' of ')}`;
  return usageError(
    `${what} is being written into it by process ${pid} on ${host}`,
    out,
    'wait for it, stop it, or name another folder with --out',
  );
}
