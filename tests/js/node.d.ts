// The little of Node that these tests use. Its whole types would give browser code Node's timers.
declare module 'node:assert/strict' {
  const assert: { ok(value: unknown, message?: string): asserts value; [name: string]: any };
  export default assert;
}
declare module 'node:test' {
  type Work = (context: any) => unknown;
  export function test(name: string, work: Work): void;
  export function describe(name: string, work: Work): void;
  export function it(name: string, work: Work): void;
  export default test;
}
declare module 'node:crypto' {
  export const webcrypto: { subtle: unknown };
  export function createHash(name: string): { update(data: string | Uint8Array): { digest(form: 'hex'): string } };
}
declare module 'node:fs' { export function readdirSync(path: URL, options: {recursive: boolean}): unknown[]; export function readFileSync(path: URL | string, form: 'utf8'): string; }
declare module 'node:module' { export function register(url: string, options: { parentURL: string, data: unknown }): void; }
declare module 'node:child_process' { export function spawn(command: string, given: string[], options: unknown): any; }
declare module 'node:readline' { export function createInterface(options: unknown): any; }
declare const process: { env: Record<string, string | undefined>, argv: string[], stdout: { write(text: string): void } };
declare const Buffer: { from(data: string | ArrayBuffer, form?: 'base64'): Uint8Array<ArrayBuffer> & { toString(form: 'base64'): string } };
declare function setImmediate(call: () => void): void;
