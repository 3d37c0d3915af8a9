/**
 * Loads a module that is named at run time, or that may not be there. In a file of its own, which `build.mjs` leaves by
 * itself: code that V8 takes from kept bytecode cannot import (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING in Node 20).
 */
export async function importModule(url: string): Promise<unknown> {
  return await import(url);
}
