import { type EvidenceKind, EVIDENCE_KIND_WORDS, LEVELS } from '../../evidence.ts';
import { FAR_REACHING } from '../../scan.ts';
import { describeIdentity, identityChange } from '../../trust/index.ts';
import type { UpdateReview, Widening } from '../../update-review.ts';

/** What an update makes worse for who trusts the version before, the grave first. */
export function wideningsOf(review: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	return [
		...permissionWidenings(review),
		...trustLosses(review),
		...scriptWidenings(review),
		...capabilityWidenings(review),
		...publisherChange(review),
	].toSorted((a, b) => Number(b.isGrave) - Number(a.isGrave));
}

function permissionWidenings({ permissions, to }: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	return permissions.added.map((id) => ({
		code: 'permission',
		isGrave: true,
		text: `${to.version} asks for ${id}, which was not asked for before.`,
	}));
}

function trustLosses({ from, to }: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	const losses: Widening[] = [];
	if (LEVELS.indexOf(to.level) < LEVELS.indexOf(from.level)) {
		losses.push({ code: 'level', isGrave: true, text: `Its level falls from ${from.level} to ${to.level}.` });
	}

	const lost = provenKinds(from).filter((kind) => !provenKinds(to).includes(kind));
	for (const kind of lost) {
		losses.push({
			code: 'evidence',
			isGrave: true,
			text: `${EVIDENCE_KIND_WORDS[kind]} of ${from.version} was verified; that of ${to.version} is not.`,
		});
	}

	const change = to.identity === null ? null : identityChange(from.identity, to.identity);
	if (change !== null && to.identity !== null && from.identity !== null) {
		const text = `Its builder changes from ${describeIdentity(from.identity)} to ${describeIdentity(to.identity)}.`;
		losses.push({ code: 'builder', isGrave: true, text });
	}

	return losses;
}

function provenKinds({ evidence }: UpdateReview['from']): readonly EvidenceKind[] {
	return evidence.filter(({ state }) => state === 'verified').map(({ kind }) => kind);
}

function scriptWidenings({ scripts, to }: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	return scripts
		.filter(({ runsOnInstall, to: after }) => runsOnInstall && after !== null)
		.map(({ name, from, to: after }) => ({
			code: 'install-script',
			isGrave: false,
			text: `${to.version} ${from === null ? 'comes with a new' : 'changes its'} ${name} script, which plugward never runs: ${after ?? ''}`,
		}));
}

function capabilityWidenings({ capabilities }: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	return capabilities.gained.map(({ what, places }) => ({
		code: 'capability',
		isGrave: FAR_REACHING.has(what),
		text: `Its code starts to use ${what}${places[0] === undefined ? '' : `: ${places[0].file}:${places[0].line} ${places[0].detail}`}.`,
	}));
}

function publisherChange({ from, to }: Omit<UpdateReview, 'widenings'>): readonly Widening[] {
	return from.publisher !== null && to.publisher !== null && from.publisher !== to.publisher
		? [{ code: 'publisher', isGrave: false, text: `Published by ${to.publisher}; the version before by ${from.publisher}.` }]
		: [];
}
