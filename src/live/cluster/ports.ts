import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/** Where all of a cluster listens: nobody outside this machine can reach it. */
export const LOOPBACK = '127.0.0.1';

/** Above the ports of well-known services. */
const LOWEST = 20_000;
/** How often to guess before the kernel may choose [count]. */
const GUESSES = 50;

/**
 * Ports of the loopback address on which the kernel lets us listen. All are held until the last is known, so that they
 * differ. They are not those that the kernel gives to outgoing connections: while a server is down, one of its own
 * clients could be given the port it tries to reach, and then the server cannot come back. Between this and their use
 * another program may take one; the one that wanted it then ends and says so.
 */
export async function freePorts(count: number): Promise<number[]> {
  const highest = lowestOutgoing() - 1;
  const servers = await Promise.all(Array.from({ length: count }, () => listenSomewhere(highest)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

async function listenSomewhere(highest: number): Promise<Server> {
  for (let guess = 0; guess < GUESSES && highest > LOWEST; guess++) {
    const server = await listen(randomInt(LOWEST, highest + 1)).catch(() => undefined);
    if (server !== undefined) return server;
  }
  return listen(0);
}

function listen(port: number): Promise<Server> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(port, LOOPBACK, () => done(server));
  });
}

/** Linux says it, and gives 32768 if nobody has changed it; others begin at 49152, as IANA wants it. */
function lowestOutgoing(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0]);
  } catch {
    return 49_152;
  }
}
