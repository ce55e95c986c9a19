/** How much of a whole is used, as a bar of `width` cells: what is more than nothing shows. */
export function useBar(used: number, whole: number, width: number): string {
	const filled = whole <= 0 ? 0 : Math.min(width, Math.ceil((used / whole) * width));
	return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}
