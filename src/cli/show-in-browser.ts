import { spawn } from 'node:child_process';
import { say } from './terminal.ts';

/** Opens a file or an address as the desktop does. */
export function showInBrowser(what: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program, [...args, what], { stdio: 'ignore', detached: true });
  child.on('error', () => say(`no browser was found to show it: open ${what} yourself`));
  child.unref();
}
