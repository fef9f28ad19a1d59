/**
 * This type is intended to be used with the esbuild file loader for wasm files
 *
 * see https://esbuild.github.io/content-types/#file
 */
declare const wasmFilePath: string;
export default wasmFilePath;
