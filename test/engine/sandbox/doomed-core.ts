/** A core with plugins in every situation, which waits to be killed. Prints the ids of their processes. */
import { readFileSync } from 'node:fs';

import { call, moduleCode, NEVER, setupOf, supervisor } from './supervised.ts';

const runtime = supervisor(undefined, 2);
await runtime.prepare();
const code = moduleCode(
	'execute: async ({ input }) => { if (input === "spin") for (;;); if (input === "builtin") Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); return input; }',
);
const limits = { wallMilliseconds: 60_000, cpuMilliseconds: 60_000, memoryBytes: 64 * 1024 * 1024 };
for (const [name, input] of [
	['idle', ''],
	['spinning', 'spin'],
	['hanging', 'builtin'],
] as const) {
	const live = await runtime.start(setupOf(name, code, { limits }), NEVER);
	call(live, input).catch(() => undefined);
}

await runtime.start(setupOf('shared', code, { level: 'core', limits }), NEVER);
await runtime.prepare();
const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
process.stdout.write(JSON.stringify(pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sandbox-host'))));
setInterval(() => undefined, 1000);
