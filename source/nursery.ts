/** By then the start is over, for which a large nursery is worth its memory. */
const SETTLED_MILLISECONDS = 700;

/**
 * Where V8 puts what is new it makes more and more room while keys are held down, up to 60 MB, and gives it back late. Frames are small and
 * soon over: what it has after the start is enough for them. A flag that V8 reads each time it would make more room.
 */
export function keepNursery(): { readonly stop: () => void } {
	const timer = setTimeout(() => {
		process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
	}, SETTLED_MILLISECONDS);
	timer.unref();
	return {
		stop: () => {
			clearTimeout(timer);
		},
	};
}
