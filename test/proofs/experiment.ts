/**
 * Fifty plugins in one core, ten of them hostile in different ways and started again each time they are stopped. Looks whether a canary
 * was touched (a file, a port, a variable), whether a neighbour noticed, and whether the core stayed itself.
 * Usage: node test/proofs/experiment.ts [seconds]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EngineError } from '../../source/engine/errors.ts';
import { type LivePlugin, Supervisor } from '../../source/engine/sandbox/index.ts';
import { call, NEVER, recorded, setupOf, type Recorded } from '../engine/sandbox/supervised.ts';
import { HONEST, hostilePlugins } from './hostile-plugins.ts';

const HONEST_PLUGINS = 40;
const SECRET = 'the-canary-sang';
const PAUSE_MILLISECONDS = 100;
const LIMITS = { wallMilliseconds: 2000, cpuMilliseconds: 1000, memoryBytes: 32 * 1024 * 1024 };

export type ExperimentReport = {
	readonly seconds: number;
	readonly plugins: number;
	/** Answers in which a canary's text stood, connections to its port. */
	readonly touched: number;
	readonly attacks: Readonly<Record<string, number>>;
	/** How they ended, by error code; `answered` is an attack that was denied all it tried. */
	readonly outcomes: Readonly<Record<string, number>>;
	readonly neighbourReplies: number;
	readonly wrongReplies: number;
	readonly neighbourRestarts: number;
	readonly p50Milliseconds: number;
	readonly p99Milliseconds: number;
	readonly slowestMilliseconds: number;
	readonly over250: number;
	/** The longest the core itself was late. */
	readonly coreLateMilliseconds: number;
	readonly auditLines: Readonly<Record<string, number>>;
};

export async function experiment(seconds: number): Promise<ExperimentReport> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-experiment-'));
	const file = join(folder, 'canary');
	await writeFile(file, SECRET);
	process.env['CANARY'] = SECRET;
	let connections = 0;
	const port = createServer((socket) => {
		connections += 1;
		socket.destroy();
	});
	await new Promise<void>((resolve) => {
		port.listen(0, '127.0.0.1', resolve);
	});
	const address = port.address();
	const seen = recorded();
	await using runtime = persistent(seen);
	try {
		const figures = await fight(runtime, {
			seen,
			seconds,
			canaries: { file, port: typeof address === 'object' ? (address?.port ?? 0) : 0 },
			folder,
		});
		return { ...figures, touched: figures.touched + connections };
	} finally {
		port.close();
		await rm(folder, { recursive: true, force: true });
	}
}

/** Nothing is given up: what crashed is started again at once, as often as it likes. */
function persistent(seen: Recorded): Supervisor {
	const supervisor = new Supervisor({
		poolSize: 2,
		quarantinedAfter: async () => null,
		onQuarantine: ({ plugin }) => {
			const live = supervisor.get(plugin);
			live.release();
			live.start(NEVER).catch(() => undefined);
		},
		onTransition: (transition) => void seen.transitions.push(transition),
		backOff: () => 50,
	});
	return supervisor;
}

type Fight = {
	readonly seen: Recorded;
	readonly seconds: number;
	readonly canaries: { readonly file: string; readonly port: number };
	readonly folder: string;
};

async function fight(runtime: Supervisor, { seen, seconds, canaries, folder }: Fight): Promise<ExperimentReport> {
	const roots = { project: join(folder, 'project'), data: null };
	const honest: LivePlugin[] = [];
	for (let index = 0; index < HONEST_PLUGINS; index += 1) {
		honest.push(await runtime.start(setupOf(`honest-${index}`, HONEST, { seen, roots, onOutput: () => undefined }), NEVER));
	}

	const hostile: LivePlugin[] = [];
	for (const { name, code } of hostilePlugins(canaries)) {
		hostile.push(await runtime.start(setupOf(name, code, { seen, roots, limits: LIMITS, onOutput: () => undefined }), NEVER));
	}

	const over = AbortSignal.timeout(seconds * 1000);
	const replies: number[] = [];
	const attacks: Record<string, number> = {};
	const outcomes: Record<string, number> = {};
	let wrong = 0;
	let touched = 0;
	const lateness = watchCore(over);
	await Promise.all([
		...honest.map((live) =>
			repeat(over, async (index) => {
				const startedAt = performance.now();
				const answer = await call(live, index).catch((error: unknown) => error);
				replies.push(performance.now() - startedAt);
				wrong += JSON.stringify(answer) === JSON.stringify([index, 200, null]) ? 0 : 1;
			}),
		),
		...hostile.map((live) =>
			repeat(over, async () => {
				const answer = await call(live, null).catch((error: unknown) => error);
				const outcome = answer instanceof EngineError ? answer.code : 'answered';
				attacks[live.setup.plugin] = (attacks[live.setup.plugin] ?? 0) + 1;
				outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
				const text = answer === undefined ? '' : JSON.stringify(answer);
				touched += text.includes(SECRET) || text.includes('reached') ? 1 : 0;
			}),
		),
	]);
	const sorted = replies.toSorted((a, b) => a - b);
	const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
	return {
		seconds,
		plugins: honest.length + hostile.length,
		touched,
		attacks,
		outcomes,
		neighbourReplies: replies.length,
		wrongReplies: wrong,
		neighbourRestarts: honest.reduce((sum, live) => sum + live.figures.restarts, 0),
		p50Milliseconds: at(0.5),
		p99Milliseconds: at(0.99),
		slowestMilliseconds: at(1),
		over250: replies.filter((milliseconds) => milliseconds > 250).length,
		coreLateMilliseconds: await lateness,
		auditLines: Object.fromEntries(
			[...new Set(seen.audit.map(({ event }) => event))].map((event) => [event, seen.audit.filter((line) => line.event === event).length]),
		),
	};
}

async function repeat(over: AbortSignal, work: (index: number) => Promise<void>): Promise<void> {
	for (let index = 0; !over.aborted; index += 1) {
		await work(index);
		await new Promise((resolve) => {
			setTimeout(resolve, PAUSE_MILLISECONDS * (0.5 + Math.random()));
		});
	}
}

function watchCore(over: AbortSignal): Promise<number> {
	const { promise, resolve } = Promise.withResolvers<number>();
	let last = performance.now();
	let latest = 0;
	const timer = setInterval(() => {
		const now = performance.now();
		latest = Math.max(latest, now - last - 10);
		last = now;
		if (over.aborted) {
			clearInterval(timer);
			resolve(Math.round(latest));
		}
	}, 10);
	return promise;
}

if (process.argv[1] === import.meta.filename) {
	const report = await experiment(Number(process.argv[2] ?? 120));
	process.stdout.write(`${JSON.stringify(report, null, '\t')}\n`);
	process.exitCode = report.touched === 0 && report.wrongReplies === 0 && report.neighbourRestarts === 0 ? 0 : 1;
}
