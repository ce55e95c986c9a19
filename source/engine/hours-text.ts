/** An age or a wait as a reader counts it, and never more than it is: `less than an hour`, `1 hour`, `71 hours`, `3 days`. */
export function hoursText(hours: number): string {
	const whole = Math.floor(hours);
	if (whole >= 48 && (whole % 24 === 0 || whole >= 240)) {
		return `${Math.floor(whole / 24)} days`;
	}

	return whole === 0 ? 'less than an hour' : whole === 1 ? '1 hour' : `${whole} hours`;
}
