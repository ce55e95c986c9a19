import type { NativeOpenings } from './native-openings.ts';
import { startHost, type HostEvents, type HostProcess } from './host-process.ts';
import { USUAL_RULES, type SandboxRules } from './sandbox-rules.ts';

/** How a plugin reaches its isolate: a process of its own, or a place in a shared one. */
export type HostLink = {
	readonly pid: number;
	/** 0 in a process of its own. */
	readonly slot: number;
	/** Whether files are opened to the process itself: never where an isolate is. */
	readonly writesFiles: boolean;
	readonly listen: (events: HostEvents) => void;
	readonly send: (kind: number, id: number, payload: string) => void;
	readonly answer: (id: number, payload: string) => void;
	/** Whether a question is open in the process, be it of another place. */
	readonly isWaiting: () => boolean;
	/** The isolate is gone afterwards, in one way or the other. `isHanging`: nothing in the process can be relied on to end it. */
	readonly end: (how: { readonly isHanging: boolean }) => void;
	/** Resolves when the system has it gone; at once for a place in a shared process. */
	readonly gone: () => Promise<unknown>;
};

/** Gives the host for one plugin. Rejects with `PluginEndedError`, `sandbox-unavailable`. */
export type TakeHost = (signal: AbortSignal) => Promise<HostLink>;

/** The whole process for one plugin. */
export function linkTo(host: HostProcess, { writesFiles = false }: { readonly writesFiles?: boolean } = {}): HostLink {
	return {
		pid: host.pid,
		slot: 0,
		writesFiles,
		listen: host.listen,
		send: (kind, id, payload) => host.send(kind, id, payload),
		answer: host.answer,
		isWaiting: host.isWaiting,
		end: () => host.kill(),
		gone: () => host.exited,
	};
}

/** A fresh process for each. */
export function takeFreshHost(rules: SandboxRules = USUAL_RULES): TakeHost {
	return async (signal) => linkTo(await startHost({ rules, signal }));
}

/** A process for one plugin outside of an isolate: its own programs are node's, its files those that are named. */
export function takeNativeHost(rules: SandboxRules, openings: () => Promise<NativeOpenings>): TakeHost {
	return async (signal) => {
		const native = await openings();
		return linkTo(await startHost({ rules, native, signal }), { writesFiles: native.writes.length > 0 });
	};
}
