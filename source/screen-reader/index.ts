export { runScreenReader } from './run-screen-reader.ts';
export type { ScreenReaderOptions } from './run-screen-reader.ts';
