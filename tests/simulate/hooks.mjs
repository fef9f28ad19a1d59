// Loads the product's modules as they are, with two exceptions: `idb` is memory.mjs, and where the run is to show that the simulator can
// fail, one line of one module is broken on purpose (mutants.mjs).
import { MUTANTS } from './mutants.mjs';

/** @type {string} */ let mutant = '';

/** @param {{mutant: string}} data */
export function initialize(data) { mutant = data.mutant; }

/** @type {(specifier: string, context: any, next: (specifier: string, context: any) => any) => any} */
export function resolve(specifier, context, next) {
  return specifier.endsWith('vendor/idb/index.js') ? { url: new URL('memory.mjs', import.meta.url).href, shortCircuit: true } : next(specifier, context);
}

/** @type {(url: string, context: any, next: (url: string, context: any) => any) => Promise<any>} */
export async function load(url, context, next) {
  const found = await next(url, context);
  const broken = MUTANTS[mutant];
  if (!broken || !url.endsWith(broken.file)) return found;
  const source = found.source.toString();
  if (source.split(broken.good).length !== 2) throw new Error(`mutant ${mutant}: its line is not in ${broken.file} any more`);
  return { ...found, source: source.replace(broken.good, broken.bad) };
}
