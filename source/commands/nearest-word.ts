/** The candidate that is at most a third of the word's letters away, or null. Used for "did you mean". */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
	let nearest: { readonly candidate: string; readonly distance: number } | null = null;
	for (const candidate of candidates) {
		const distance = editDistance(word.slice(0, 40), candidate);
		if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && (nearest === null || distance < nearest.distance)) {
			nearest = { candidate, distance };
		}
	}

	return nearest?.candidate ?? null;
}

function editDistance(left: string, right: string): number {
	let row = Array.from({ length: right.length + 1 }, (_, index) => index);
	for (let i = 1; i <= left.length; i++) {
		const next = [i];
		for (let j = 1; j <= right.length; j++) {
			const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
			next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}

		row = next;
	}

	return row[right.length] ?? 0;
}
