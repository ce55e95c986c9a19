export { runScreenReader } from './run-screen-reader.ts';
