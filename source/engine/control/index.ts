export { ControlConnection, NobodyThere } from './control-connection.ts';
export type { ControlCall } from './control-connection.ts';
export { parseLines, parsePlugin, parsePlugins } from './messages.ts';
export { serveControl } from './serve-control.ts';
export type { ControlledCore } from './serve-control.ts';
