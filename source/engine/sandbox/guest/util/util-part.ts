/** What of `util` is too large for the prelude: loaded when something that is no text is printed first, or a name of these is touched. */
import { guestProcess } from '../modules/process.ts';
import { makeParseArgs } from './parse-args.ts';
import { makeStyleText } from './style-text.ts';

export { formatWithOptions, inspect } from './inspect.ts';
export { MIMEParams, MIMEType } from './mime.ts';
export { diff, parseEnv } from './text-functions.ts';
export const parseArgs = makeParseArgs(() => (Reflect.get(guestProcess, 'argv') as readonly string[]).slice(2));
export const styleText = makeStyleText(guestProcess as never);
