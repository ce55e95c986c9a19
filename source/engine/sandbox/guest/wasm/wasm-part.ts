/** WebAssembly within the memory bound, and WASI preview 1 on top of the broker: loaded when a guest first touches it. */
export { loadModule, sharedWebAssembly } from './run-command.ts';
