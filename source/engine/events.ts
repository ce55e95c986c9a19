/** The steps of an operation, in the order a user meets them. */
export type StepName = 'recover' | 'resolve' | 'fetch' | 'verify' | 'scan' | 'unpack' | 'bundle' | 'sync' | 'switch' | 'run';

/** Plain data that belongs to one call. Events inform; they never ask. */
export type EngineEvent =
	| { readonly type: 'step-started'; readonly step: StepName; readonly detail: string }
	| { readonly type: 'step-finished'; readonly step: StepName; readonly milliseconds: number; readonly failed: boolean }
	/** What will be fetched. Sizes are those the registry tells, of the unpacked package. */
	| { readonly type: 'fetch-planned'; readonly packages: number; readonly unpackedBytes: number; readonly unknownSizes: number }
	| {
			readonly type: 'fetch-progress';
			readonly id: string;
			readonly receivedBytes: number;
			/** Packed. Null when the registry does not say. */
			readonly totalBytes: number | null;
			/** Unpacked, as the registry told before. Null when it did not. */
			readonly unpackedBytes: number | null;
			readonly finished: boolean;
	  }
	| { readonly type: 'notice'; readonly severity: 'info' | 'warning'; readonly code: string; readonly text: string }
	| { readonly type: 'plugin-output'; readonly plugin: string; readonly stream: 'log' | 'warn' | 'error'; readonly text: string }
	/** How far a task has come: `fraction` from 0 to 1, or null when it does not know. At most ten times a second. */
	| {
			readonly type: 'task-progress';
			readonly plugin: string;
			readonly task: string;
			readonly fraction: number | null;
			/** One line, stripped of control characters. */
			readonly text: string;
	  };

export type OnEvent = (event: EngineEvent) => void;

/** What every engine call that waits takes. */
export type CallOptions = {
	readonly signal: AbortSignal;
	readonly onEvent: OnEvent;
};

/** Runs one step and reports its start and its end, also when it fails. */
export async function runStep<T>(
	step: { readonly name: StepName; readonly detail: string; readonly onEvent: OnEvent },
	work: () => Promise<T>,
): Promise<T> {
	const startedAt = performance.now();
	let failed = true;
	step.onEvent({ type: 'step-started', step: step.name, detail: step.detail });
	try {
		const value = await work();
		failed = false;
		return value;
	} finally {
		step.onEvent({ type: 'step-finished', step: step.name, milliseconds: performance.now() - startedAt, failed });
	}
}
