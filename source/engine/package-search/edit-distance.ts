/** How many letters must be changed, added, left out or swapped with their neighbour; more than `most` is told as `most + 1`. */
export function editDistance(left: string, right: string, most: number): number {
	if (Math.abs(left.length - right.length) > most) {
		return most + 1;
	}

	let before: number[] = [];
	let row = Array.from({ length: right.length + 1 }, (_, index) => index);
	for (let i = 1; i <= left.length; i += 1) {
		const next = [i];
		let least = i;
		for (let j = 1; j <= right.length; j += 1) {
			const isSame = left[i - 1] === right[j - 1];
			let cost = Math.min((row[j - 1] ?? 0) + (isSame ? 0 : 1), (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
			if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
				cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
			}

			next.push(cost);
			least = Math.min(least, cost);
		}

		if (least > most) {
			return most + 1;
		}

		before = row;
		row = next;
	}

	return Math.min(row[right.length] ?? 0, most + 1);
}

/** The candidate that is at most a third of its letters away, or null. */
export function nearestOf(word: string, candidates: readonly string[]): string | null {
	let nearest: { readonly candidate: string; readonly distance: number } | null = null;
	for (const candidate of candidates) {
		const most = Math.max(1, Math.floor(candidate.length / 3));
		const distance = editDistance(word.slice(0, 40), candidate, most);
		if (distance <= most && (nearest === null || distance < nearest.distance)) {
			nearest = { candidate, distance };
		}
	}

	return nearest?.candidate ?? null;
}
