import { announce } from './elements.ts';

/** Buttons that copy the command beside them. */
export function enableCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
    button.addEventListener('click', () => {
      const code = button.parentElement?.querySelector('code');
      if (code) void copy(button, code);
    });
  }
}

async function copy(button: HTMLButtonElement, code: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    announce('Copied the command');
  } catch {
    // Pages opened as files may not be allowed to: then the text is marked, to be copied by hand.
    getSelection()?.selectAllChildren(code);
    button.textContent = 'Marked';
  }
}
