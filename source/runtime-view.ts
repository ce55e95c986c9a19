import type { CoreLogLine, PermissionId, PluginLimits, RuntimeCore, RuntimePlugin } from './engine/index.ts';
import { quoteTarget } from './engine/index.ts';
import { remember } from './remember.ts';

/** What the runtime screen shows; renewed about once a second while it is looked at. */
export type RuntimeView = {
	readonly cores: readonly RuntimeCore[];
	/** Oldest first, of all plugins. */
	readonly lines: readonly CoreLogLine[];
	readonly trails: Readonly<Record<string, RuntimeTrail>>;
};

/** How one plugin did lately. */
export type RuntimeTrail = {
	/** Of one processor, since the time before. */
	readonly cpuPercent: number;
	/** The same, newest last. */
	readonly cpu: readonly number[];
	/** Calls per second, newest last. */
	readonly rates: readonly number[];
};

/** One line of the list: a plugin, or a process that cannot be asked. */
export type RuntimeItem = { readonly key: string; readonly core: RuntimeCore; readonly plugin: RuntimePlugin | null };

/** What can be done there. `pid` is said when several processes have the plugin. */
export type RuntimeAct =
	| { readonly type: 'reload' | 'start' | 'stop' | 'kill'; readonly plugin: string; readonly pid: number; readonly isOneOfSeveral: boolean }
	| {
			readonly type: 'limits';
			readonly plugin: string;
			readonly pid: number;
			readonly isOneOfSeveral: boolean;
			readonly limits: Partial<PluginLimits>;
	  }
	| { readonly type: 'revoke'; readonly plugin: string; readonly permission: PermissionId }
	| { readonly type: 'release'; readonly plugin: string }
	/** Starts these, which say that they stay, in the app itself. */
	| { readonly type: 'start-here'; readonly plugins: readonly string[] };

const RATES = 8;
const CPU_SAMPLES = 16;

const itemsOf = remember((cores: readonly RuntimeCore[]): readonly RuntimeItem[] =>
	cores.flatMap((core) => [
		...core.plugins.map((plugin) => ({ key: keyOf(core, plugin), core, plugin })),
		...(core.problem === null ? [] : [{ key: String(core.pid), core, plugin: null }]),
	]),
);

export function runtimeItems(view: RuntimeView | null): readonly RuntimeItem[] {
	return view === null ? [] : itemsOf(view.cores);
}

export function keyOf({ pid }: { readonly pid: number }, { plugin }: { readonly plugin: string }): string {
	return `${pid} ${plugin}`;
}

/** The view after the one before. `elapsedMilliseconds` lie between the two; 0 when there was none. */
export function nextRuntimeView(
	before: RuntimeView | null,
	now: Pick<RuntimeView, 'cores' | 'lines'>,
	elapsedMilliseconds: number,
): RuntimeView {
	const earlier = new Map(runtimeItems(before).map((item) => [item.key, item]));
	const trails = runtimeItems({ ...now, trails: {} }).flatMap(({ key, plugin }): readonly (readonly [string, RuntimeTrail])[] => {
		if (plugin === null) {
			return [];
		}

		const old = earlier.get(key)?.plugin;
		// Another process begins to count anew.
		const used = old === undefined || old === null || old.pid !== plugin.pid ? 0 : plugin.cpuMilliseconds - old.cpuMilliseconds;
		const cpuPercent = elapsedMilliseconds <= 0 ? 0 : Math.max(0, Math.round((used / elapsedMilliseconds) * 100));
		const rates = [...(before?.trails[key]?.rates ?? Array.from({ length: RATES }, () => 0)), plugin.callsPerSecond].slice(-RATES);
		const cpu = [...(before?.trails[key]?.cpu ?? Array.from({ length: CPU_SAMPLES }, () => 0)), cpuPercent].slice(-CPU_SAMPLES);
		return [[key, { cpuPercent, cpu, rates }]];
	});
	return { ...now, trails: Object.fromEntries(trails) };
}

/** What is worth a new drawing. */
export function isSameView(left: RuntimeView, right: RuntimeView): boolean {
	return (
		left.lines.length === right.lines.length &&
		left.lines.at(-1)?.number === right.lines.at(-1)?.number &&
		left.lines[0]?.number === right.lines[0]?.number &&
		JSON.stringify([left.cores, left.trails]) === JSON.stringify([right.cores, right.trails])
	);
}

/** The scripted command that does the same, without the program's name. */
export function runtimeCommandText(act: RuntimeAct): string {
	switch (act.type) {
		case 'reload':
		case 'stop':
			return `${act.type} ${quoteTarget(act.plugin)}${pidFlag(act)}`;
		case 'kill':
			return `stop ${quoteTarget(act.plugin)} --force${pidFlag(act)}`;
		case 'start':
			return `start ${quoteTarget(act.plugin)} --join --pid ${act.pid}`;
		case 'limits': {
			const { memoryBytes, cpuMilliseconds, wallMilliseconds } = act.limits;
			return (
				[
					`limits ${quoteTarget(act.plugin)}`,
					...(memoryBytes === undefined ? [] : [`--memory ${memoryBytes}`]),
					...(cpuMilliseconds === undefined ? [] : [`--cpu ${cpuMilliseconds}ms`]),
					...(wallMilliseconds === undefined ? [] : [`--wall ${wallMilliseconds}ms`]),
				].join(' ') + pidFlag(act)
			);
		}
		case 'revoke':
			return `permissions revoke ${quoteTarget(act.plugin)} ${quoteTarget(act.permission)}`;
		case 'release':
			return `quarantine release ${quoteTarget(act.plugin)}`;
		case 'start-here':
			return `start ${act.plugins.map(quoteTarget).join(' ')}`;
	}
}

function pidFlag({ pid, isOneOfSeveral }: { readonly pid: number; readonly isOneOfSeveral: boolean }): string {
	return isOneOfSeveral ? ` --pid ${pid}` : '';
}
