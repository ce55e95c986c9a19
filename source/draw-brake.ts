const DRAW_MILLISECONDS = 16;
/** So long a key may wait for its result without anybody feeling it. */
const HOLD_MILLISECONDS = 8;

export type DrawBrake = {
	/** Something has changed: it is drawn at once after a pause, else at the next frame, since a burst of keys is many changes but needs few drawings. */
	readonly changed: () => void;
	/** What changes until the release is drawn with what comes until then, and at that moment. A newer hold takes the place of the one before. */
	readonly hold: () => () => void;
};

/** `draw` is called at most sixty times a second, but for what a hold has waited for. */
export function createDrawBrake(draw: () => void): DrawBrake {
	let timer: NodeJS.Timeout | undefined;
	let held: symbol | null = null;
	// Only what comes first after a hold waits for its end.
	let isWaiting = false;
	let drawnAt = Number.NEGATIVE_INFINITY;

	function drawNow(): void {
		clearTimeout(timer);
		timer = undefined;
		isWaiting = false;
		drawnAt = performance.now();
		draw();
	}

	return {
		changed() {
			if (timer !== undefined) {
				return;
			}

			const rest = Math.max(DRAW_MILLISECONDS - (performance.now() - drawnAt), isWaiting ? HOLD_MILLISECONDS : 0);
			if (rest <= 0) {
				drawNow();
			} else {
				timer = setTimeout(drawNow, rest);
			}
		},
		hold() {
			const own = Symbol('hold');
			held = own;
			isWaiting = true;
			return () => {
				if (held !== own) {
					return;
				}

				held = null;
				isWaiting = false;
				if (timer !== undefined) {
					drawNow();
				}
			};
		},
	};
}
