import { ByteController } from './byte-controller.ts';
import { DefaultController, type SourceAlgorithms } from './default-controller.ts';
import { ReadableCore, ReaderCore } from './readable-core.ts';

type Branch = { readonly core: ReadableCore; readonly controller: DefaultController | ByteController };

/** Two streams of what one gives. Of a stream of bytes both are streams of bytes, each with bytes of its own. */
export function tee(source: ReadableCore): readonly [ReadableCore, ReadableCore] {
	const isBytes = source.controller instanceof ByteController;
	const reader = new ReaderCore(source, { isByob: false });
	const cancelled = Promise.withResolvers<unknown>();
	const reasons: { first?: { readonly reason: unknown }; second?: { readonly reason: unknown } } = {};
	const branches: Branch[] = [];
	let isReading = false;
	let readsAgain = false;

	const each = (act: (branch: Branch, index: number) => void): void => {
		for (const [index, branch] of branches.entries()) {
			if ((index === 0 ? reasons.first : reasons.second) === undefined) {
				act(branch, index);
			}
		}
	};
	const pull = async (): Promise<void> => {
		if (isReading) {
			readsAgain = true;
			return;
		}

		isReading = true;
		reader.read({
			// A turn later, so that an error of the source that is known by now comes first.
			chunk: (value) =>
				queueMicrotask(() => {
					readsAgain = false;
					// Handing bytes over takes them away.
					const chunks = [value, isBytes ? copyOf(value) : value];
					each(({ controller }, index) => controller.enqueue(chunks[index] as Uint8Array));
					isReading = false;
					if (readsAgain) {
						void pull();
					}
				}),
			close: () => {
				isReading = false;
				each(({ controller }) => closeBranch(controller));
				if (reasons.first === undefined || reasons.second === undefined) {
					cancelled.resolve(undefined);
				}
			},
			error: () => {
				isReading = false;
			},
		});
	};
	const cancelBranch = (name: 'first' | 'second') => (reason: unknown) => {
		reasons[name] = { reason };
		if (reasons.first !== undefined && reasons.second !== undefined) {
			cancelled.resolve(source.cancel([reasons.first.reason, reasons.second.reason]));
		}

		return cancelled.promise;
	};
	for (const name of ['first', 'second'] as const) {
		branches.push(branchOf({ start: () => undefined, pull, cancel: cancelBranch(name) }, isBytes));
	}

	void reader.closed.promise.catch((reason: unknown) => {
		for (const { controller } of branches) {
			controller.fail(reason);
		}

		cancelled.resolve(undefined);
	});
	return [(branches[0] as Branch).core, (branches[1] as Branch).core];
}

function branchOf(algorithms: SourceAlgorithms, isBytes: boolean): Branch {
	const core = new ReadableCore();
	const controller = isBytes
		? new ByteController(core, algorithms, { highWaterMark: 0, automaticSize: null })
		: new DefaultController(core, algorithms, { size: () => 1, highWaterMark: 1 });
	return { core, controller };
}

function closeBranch(controller: DefaultController | ByteController): void {
	controller.close();
	if (controller instanceof ByteController && controller.byobRequest !== null) {
		controller.respond(0);
	}
}

function copyOf(value: unknown): Uint8Array {
	return (value as Uint8Array).slice();
}
