import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Where all of a cluster listens: nobody outside this machine can reach it. */
export const LOOPBACK = '127.0.0.1';

/**
 * Ports of the loopback address that the kernel gave out as free. All are held until the last is known, so that they
 * differ. Between this and their use another program may take one; the one that wanted it then ends and says so.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, LOOPBACK, () => done(server));
  });
}
