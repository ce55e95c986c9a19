/**
 * A core that is killed in the middle of writing one line of the audit log: the first that holds the event named by its second argument.
 * The first argument is the home. Prints the processes of its plugins before each step.
 */
import { appendFileSync } from 'node:fs';

import { realDisk } from '../../../source/engine/home/disk.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { call, moduleCode, NEVER, setupOf, supervisor } from './supervised.ts';

const [, , path = '', event = ''] = process.argv;
const home = await openHomeOn(
	{
		...realDisk,
		appendSync: (file, text) => {
			if (text.includes(`"event":"${event}"`)) {
				appendFileSync(file, text.slice(0, Math.floor(text.length / 2)));
				process.kill(process.pid, 'SIGKILL');
			}

			realDisk.appendSync(file, text);
		},
	},
	{ path, waitMilliseconds: 20_000 },
);
const runtime = supervisor();
const audit = (line: { readonly event: string }): void => home.appendAuditSync(line);
const limits = { wallMilliseconds: 60_000, cpuMilliseconds: 60_000, memoryBytes: 64 * 1024 * 1024 };
const hanging = await runtime.start(
	setupOf('hanging', moduleCode('execute: async () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'), { limits }),
	NEVER,
);
call(hanging, null).catch(() => undefined);
tell();
const asking = setupOf('asking', moduleCode('execute: async (_, context) => context.env.get("SECRET").catch((error) => error.code)'), {
	audit,
});
const live = await runtime.start(asking, NEVER);
tell();
await call(live, null);
await live.reload({ ...asking, version: '2.0.0' }, NEVER);
tell();
await runtime.stop('asking', 'done');
throw new Error(`there was no event ${event}`);

function tell(): void {
	const pids = runtime.plugins.map(({ incarnation }) => incarnation?.pid ?? 0);
	process.stdout.write(`${JSON.stringify(pids)}\n`);
}
