import type { Package, VersionSet } from '../model/packages.ts';

/** Versions that exist, in words: `1.2.3`, `1.2.3 and 1.3.0`, `1.0.0 to 1.9.2`. */
export function versionsText(package_: Package, members: readonly number[]): string {
	const text = (i: number | undefined): string => (i === undefined ? '' : (package_.index?.versionText(i) ?? ''));
	const [first, second] = members;
	switch (members.length) {
		case 0:
			return 'no version';
		case 1:
			return text(first);
		case 2:
			return `${text(first)} and ${text(second)}`;
		default:
			return `${text(first)} to ${text(members.at(-1))}`;
	}
}

/** Members of all the sets. */
export function membersOfAll(package_: Package, sets: readonly VersionSet[]): number[] {
	const members: number[] = [];
	for (let i = 0; i < package_.versionCount; i += 1) {
		if (sets.every((set) => package_.has(set, i))) {
			members.push(i);
		}
	}

	return members;
}

export function joined(texts: readonly string[]): string {
	return texts.length <= 1 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** An ISO time to the minute, as a reader expects it. */
export function minuteText(time: string): string {
	return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
