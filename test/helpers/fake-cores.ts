import type { CoreLogLine, Engine, RuntimeCore, RuntimePlugin } from '../../source/engine/index.ts';
import { EngineError } from '../../source/engine/errors.ts';
import { permissionId } from '../../source/engine/permission.ts';

export type FakeCores = {
	readonly cores: RuntimeCore[];
	readonly lines: CoreLogLine[];
	/** What was asked for, in order. */
	readonly asked: string[];
	/** How often the list was asked for. */
	looks: number;
	failure: EngineError | null;
};

const NOW = Date.parse('2026-11-20T12:00:00Z');

export function runtimePlugin(plugin: string, changes: Partial<RuntimePlugin> = {}): RuntimePlugin {
	return {
		plugin,
		version: '1.2.0',
		level: 'verified',
		target: plugin,
		phase: 'ready',
		isShared: false,
		pid: 4100,
		startedAt: new Date(NOW - 3 * 3_600_000).toISOString(),
		tasks: ['check'],
		cpuMilliseconds: 1234,
		memoryBytes: 12_000_000,
		peakMemoryBytes: 20_000_000,
		heapBytes: 4_000_000,
		limits: { wallMilliseconds: 30_000, cpuMilliseconds: 10_000, memoryBytes: 64 * 1024 * 1024 },
		grants: [],
		calls: 40,
		callsPerSecond: 0,
		inFlight: 0,
		waiting: 0,
		denied: 0,
		restarts: 0,
		crashes: 0,
		retryAt: null,
		failure: null,
		...changes,
	};
}

export function runtimeCore(pid: number, plugins: readonly RuntimePlugin[], changes: Partial<RuntimeCore> = {}): RuntimeCore {
	return { pid, isOwn: false, startedAt: new Date(NOW - 7_200_000).toISOString(), command: 'start', plugins, problem: null, ...changes };
}

export function sampleCores(): FakeCores {
	const notes = runtimePlugin('@acme/notes', { grants: ['env:HOME', 'net:api.example.com:443'], callsPerSecond: 3.4, denied: 2 });
	const crasher = runtimePlugin('log-summary', {
		level: 'unknown',
		phase: 'quarantined',
		pid: null,
		restarts: 4,
		crashes: 5,
		memoryBytes: 0,
		failure: 'log-summary went over its memory limit of 67 MB.',
	});
	const line = (number: number, text: string, stream: CoreLogLine['stream'] = 'log'): CoreLogLine => ({
		number,
		at: new Date(NOW - 60_000 + number * 1000).toISOString(),
		plugin: '@acme/notes',
		stream,
		text,
		pid: 4000,
	});
	return {
		cores: [runtimeCore(4000, [notes, crasher]), runtimeCore(5000, [runtimePlugin('ticker', { level: 'core', memoryBytes: 60_000_000 })])],
		lines: [line(1, 'listening'), line(2, 'slow answer', 'warn'), line(3, 'gave up', 'error'), line(4, 'listening again')],
		asked: [],
		looks: 0,
		failure: null,
	};
}

/** Answers with what is in `fake`, which a test may change while the app runs. */
export function fakeCores(fake: FakeCores = sampleCores()): Pick<Engine, 'cores' | 'revokeGrant'> {
	const find = (plugin: string): RuntimePlugin => {
		const found = fake.cores.flatMap(({ plugins }) => plugins).find((one) => one.plugin === plugin);
		if (found === undefined) {
			throw new EngineError('plugin-not-running', `${plugin} does not run in this home.`);
		}

		return found;
	};
	return {
		cores: {
			list: async () => {
				fake.looks += 1;
				if (fake.failure !== null) {
					throw fake.failure;
				}

				return [...fake.cores];
			},
			logs: async () => [...fake.lines],
			follow: async () => undefined,
			start: async ({ target, pid }) => {
				fake.asked.push(`start ${target} in ${pid ?? 'any'}`);
				return find(target);
			},
			reload: async ({ plugin }) => {
				fake.asked.push(`reload ${plugin}`);
				return { ...find(plugin), version: '1.3.0' };
			},
			stop: async ({ plugin, force }) => {
				fake.asked.push(`${force ? 'kill' : 'stop'} ${plugin}`);
				find(plugin);
			},
			setLimits: async ({ plugin, limits }) => {
				fake.asked.push(`limits ${plugin} ${JSON.stringify(limits)}`);
				return find(plugin);
			},
			revoke: async () => [],
			release: async () => undefined,
		},
		revokeGrant: async ({ plugin, permission }) => {
			fake.asked.push(`revoke ${plugin} ${permissionId(permission)}`);
			return { plugin, permission: permissionId(permission), revoked: [permissionId(permission)], pids: [4000] };
		},
	};
}
