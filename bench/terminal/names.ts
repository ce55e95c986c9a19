const SUBJECTS = ['log', 'table', 'colour', 'archive', 'notes', 'graph', 'mail', 'image', 'date', 'query', 'config', 'stream', 'cache'];
const DEEDS = ['reader', 'writer', 'checker', 'viewer', 'parser', 'sorter', 'finder'];

/** Names as a registry has them: of a few words, many beginning alike. */
export function packageNames(count: number): readonly string[] {
	return Array.from({ length: count }, (_, index) => {
		const subject = SUBJECTS[index % SUBJECTS.length] ?? '';
		const deed = DEEDS[Math.floor(index / SUBJECTS.length) % DEEDS.length] ?? '';
		return `${subject}-${deed}-${String(index).padStart(5, '0')}`;
	});
}

/** What a package says about itself. */
export function wordsOf(name: string): string {
	const [subject = '', deed = ''] = name.split('-');
	return `A ${deed} for every kind of ${subject}, with options and without surprises`;
}

export const PARTS = 400;

/** Each needs four hundred others, which no other one needs. */
export const MANY_NAMES: readonly string[] = ['a', 'b'].flatMap((letter) => [`many-${letter}`, ...partNames(`many-${letter}`)]);

export function partNames(many: string): readonly string[] {
	return Array.from({ length: PARTS }, (_, index) => `part-${many.at(-1) ?? ''}-${index}`);
}

/** So few that each still has its own line on a progress screen. */
export const SLOW_NAMES: readonly string[] = Array.from({ length: 8 }, (_, index) => `slow-package-${index}`);
