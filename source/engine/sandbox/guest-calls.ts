/** Numbers that cross the isolate wall with a string. The host and the guest are built from this one file. */

/** Guest to host, through the one captured callback. `random`, `url`, `question`, `part` and `compute` answer at once with a string. */
export const FROM_GUEST = {
	ready: 1,
	result: 2,
	error: 3,
	capability: 4,
	log: 5,
	armTimer: 6,
	random: 7,
	url: 8,
	pong: 9,
	/** A capability call that waits for its answer in place. */
	question: 10,
	/** The source of a part of the prelude that is loaded when it is first touched. */
	part: 11,
	/** Hashes, ciphers and compression, which the host does on bytes. */
	compute: 12,
	/** How far one call has come. */
	progress: 13,
} as const;

/** Host to guest, through the one function the prelude returned. */
export const TO_GUEST = {
	start: 1,
	call: 2,
	capabilityResult: 3,
	timer: 4,
	abort: 5,
	ping: 6,
	/** A tool's turn is over: time to see whether it has anything left to do. */ idle: 7,
} as const;

/** What the core asks of a plugin's module. */
export type PluginMethod = 'initialize' | 'execute' | 'getCapabilities' | 'handleMessage' | 'shutdown' | 'getState' | 'restoreState';

/** The first frame of a connection: what to load and within which bounds. */
export type LoadMessage = {
	/** A tool is a program with arguments and streams: the bin of a package. */
	readonly kind: 'plugin' | 'plain' | 'tool';
	/** V8 heap of the isolate; the real wall is the core's watch on resident memory. */
	readonly heapMegabytes: number;
	/** Processor time of one uninterrupted turn in the isolate. */
	readonly turnMilliseconds: number;
	readonly permissions: readonly string[];
	/** Whether any call will carry a schema; only then does the host make a second isolate to check them in. */
	readonly checksSchemas: boolean;
};

export type CallMessage = {
	readonly method: PluginMethod;
	/** A task, or for a plain package the name of an export; unused by the other methods. */
	readonly task: string;
	/** JSON text. */
	readonly input: string;
	/** JSON text of the schemas, or null when there is nothing to check. */
	readonly inputSchema: string | null;
	readonly outputSchema: string | null;
};

/** As one text: all but the input on the first line, so that whoever passes it on neither reads nor writes the input. */
export function encodeCall({ input, ...head }: CallMessage): string {
	return `${JSON.stringify(head)}\n${input}`;
}

/** JSON has no line breaks of its own. */
export function splitCall(text: string): { readonly head: string; readonly input: string } {
	const end = text.indexOf('\n');
	return { head: text.slice(0, end), input: text.slice(end + 1) };
}

/** Why a call failed, as the host tells it. `detail` is the plugin's own text, capped, not yet stripped. */
export type CallFailure = {
	readonly reason:
		| 'thrown'
		| 'denied'
		| 'input-invalid'
		| 'output-invalid'
		| 'schema-invalid'
		| 'not-json'
		| 'no-such-task'
		| 'time'
		| 'memory'
		| 'load';
	readonly detail: string;
	/** Of what was thrown, as V8 wrote it: positions are those of the bundle. */
	readonly stack?: string;
};
