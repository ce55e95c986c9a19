const DRAW_MILLISECONDS = 16;
/** So long a key may wait for its result without anybody feeling it. */
const HOLD_MILLISECONDS = 8;

export type DrawingPace = {
	/** Draws at once after a pause, else at the next frame: a burst of keys is many changes, but needs few drawings. */
	readonly drawSoon: () => void;
	/**
	 * Waits with drawing until what this returns is called, and then draws if anything changed meanwhile; when that takes too long it is
	 * drawn without. A newer hold takes the place of the one before.
	 */
	readonly hold: () => () => void;
};

/** At most sixty drawings a second. */
export function createDrawingPace(draw: () => void): DrawingPace {
	let timer: NodeJS.Timeout | undefined;
	let held: symbol | null = null;
	let last = Number.NEGATIVE_INFINITY;

	function drawNow(): void {
		clearTimeout(timer);
		timer = undefined;
		last = performance.now();
		draw();
	}

	return {
		drawSoon() {
			if (timer !== undefined) {
				return;
			}

			const rest = Math.max(DRAW_MILLISECONDS - (performance.now() - last), held !== null ? HOLD_MILLISECONDS : 0);
			if (rest <= 0) {
				drawNow();
			} else {
				timer = setTimeout(drawNow, rest);
			}
		},
		hold() {
			const own = Symbol('hold');
			held = own;
			return () => {
				if (held === own && timer !== undefined) {
					drawNow();
				}

				held = held === own ? null : held;
			};
		},
	};
}
