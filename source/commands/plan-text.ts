import { permissionCaution } from '../engine/index.ts';
import type { Change, Decision, Observation, Observed, Plan, PlannedPackage, Requirement } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import { changeBadge, levelBadge } from '../theme.ts';
import { versionWords } from '../version-words.ts';
import { flagFor, sentenceFor } from './consent.ts';
import { type Cell, cell, joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

/** Dependencies beyond this many are counted, not listed: nobody reads four hundred lines before pressing y. */
const LISTED_DEPENDENCIES = 12;

type PlanView = { readonly plan: Plan; readonly decisions: readonly Decision[] };

/** A plan as a reader checks it before saying yes. */
export function planText({ plan, decisions }: PlanView, view: View): string {
	return joinBlocks([
		planTitle(plan, view),
		changeLines(plan, view),
		permissionLines({ plan, decisions }, view),
		requirementLines({ plan, decisions }, view),
		noticeLines(plan, view),
		fetchLines(plan, view),
	]);
}

/** The changed packages as a table: what the user named first, then dependencies. */
export function changeLines(plan: Plan, view: View): string[] {
	const roots = plan.changes.filter((change) => change.isRoot);
	const others = plan.changes.filter((change) => !change.isRoot);
	const listed = others.length > LISTED_DEPENDENCIES ? [] : others;
	const shown = [...roots, ...listed];
	const rows = tableLines(
		shown.map((change) => changeRow(change, plannedFor(change, plan))),
		{ view, indent: 2, flexible: 1 },
	);
	const lines = shown.flatMap((change, index) => [
		rows[index] ?? '',
		...noteOf(change, plannedFor(change, plan)).flatMap((note) => paragraphLines(note, { view, indent: 5, tone: 'dim' })),
	]);
	if (listed.length < others.length) {
		lines.push(...paragraphLines(`and ${countByType(others)} among their dependencies`, { view, indent: 2, tone: 'dim' }));
	}

	return lines;
}

export function permissionLines({ plan, decisions }: PlanView, view: View): string[] {
	const asked = plan.requirements.filter((requirement) => requirement.type === 'permission');
	if (asked.length === 0) {
		return [];
	}

	const accepted = acceptedIds(decisions);
	const heads = tableLines(
		asked.map(({ id, permissionId, novelty, byPolicy }) => {
			const isGranted = accepted.has(id);
			return [
				isGranted ? cell('granted', 'good') : cell('denied', 'warning'),
				cell(permissionId, 'strong'),
				cell(isGranted && byPolicy === true ? 'allowed by policy' : noveltyWord(novelty, isGranted), 'dim'),
			];
		}),
		{ view, indent: 2 },
	);
	// Details stand under the name of the permission, behind the widest first word.
	const indent = 4 + (asked.some(({ id }) => accepted.has(id)) ? 'granted' : 'denied').length;
	const lines = [titleLine('Permissions', view)];
	for (const [index, requirement] of asked.entries()) {
		const isGranted = accepted.has(requirement.id);
		const caution = permissionCaution(requirement.permission);
		lines.push(
			heads[index] ?? '',
			...(requirement.runtime === undefined ? [] : paragraphLines(OUTSIDE, { view, indent, tone: 'warning' })),
			...(caution === null ? [] : paragraphLines(caution, { view, indent, tone: 'warning' })),
			...paragraphLines(`${requirement.plugin}: "${requirement.permission.reason}"`, { view, indent, tone: 'dim' }),
			...(isGranted ? [] : [' '.repeat(indent) + paint(flagFor(requirement), 'plain', view)]),
		);
	}

	return lines;
}

function requirementLines({ plan, decisions }: PlanView, view: View): string[] {
	const accepted = acceptedIds(decisions);
	const others = plan.requirements.filter((requirement) => requirement.type !== 'permission');
	if (others.length === 0) {
		return [];
	}

	const lines = [titleLine('To decide', view)];
	for (const requirement of others) {
		const isAccepted = accepted.has(requirement.id);
		lines.push(
			...paragraphLines(`${isAccepted ? '+ accepted' : '! undecided'}: ${sentenceFor(requirement)}`, {
				view,
				indent: 2,
				tone: isAccepted ? 'good' : 'warning',
			}),
		);
		if (!isAccepted) {
			lines.push(`${' '.repeat(4)}${paint(flagFor(requirement), 'plain', view)}`);
		}
	}

	return lines;
}

/** What decided the level, in one sentence: the rung it stands on, or why it does not reach the first one. */
function decidingReason({ verdict, evidence }: PlannedPackage): string {
	const invalid = evidence.find((entry) => entry.state === 'invalid');
	if (invalid !== undefined) {
		return `invalid ${invalid.kind}: ${invalid.reason}`;
	}

	if (verdict.reasons.some(({ rule, passed }) => rule === 'unproven' && !passed)) {
		// One warning of the plan says it for all.
		return '';
	}

	const rung = verdict.reasons.find((reason) => reason.rule === `level-${verdict.level === 'unknown' ? 'known' : verdict.level}`);
	const isDecided = rung !== undefined && rung.passed === (verdict.level !== 'unknown');
	const reason = isDecided ? rung : verdict.reasons.find((candidate) => !candidate.passed && !candidate.rule.startsWith('level-'));
	return (reason?.text ?? '').replace(`${verdict.level}: `, '');
}

function builtFrom({ evidence }: PlannedPackage): string {
	const identity = evidence.find((entry) => entry.kind === 'provenance' && entry.state === 'verified')?.identity ?? null;
	const repository = identity?.repository ?? null;
	const workflow = identity?.workflow ?? null;
	return repository === null ? '' : `built from ${repository}${workflow === null ? '' : ` by ${workflow}`}`;
}

export function generationWords(plan: Plan): string {
	const next = plan.targetGeneration ?? plan.baseGeneration + 1;
	return plan.baseGeneration === 0 ? 'the first generation' : `generation ${plan.baseGeneration} -> ${next}`;
}

function planTitle(plan: Plan, view: View): string[] {
	return [`${paint(`Plan: ${plan.command}`, 'strong', view)}  ${paint(generationWords(plan), 'dim', view)}`];
}

function plannedFor(change: Change, plan: Plan): PlannedPackage | null {
	return (
		plan.packages.find((candidate) => change.type !== 'remove' && candidate.name === change.name && candidate.version === change.to) ?? null
	);
}

function changeRow(change: Change, planned: PlannedPackage | null): readonly Cell[] {
	const badge = changeBadge(change.type);
	return [
		cell(badge.sign, badge.tone),
		change.isRoot ? cell(change.name, 'strong') : change.name,
		versionWords(change),
		planned === null ? '' : cell(planned.verdict.level, levelBadge(planned.verdict.level).tone),
	];
}

/** Why the level, for what the user named; of a dependency only what is unusual. */
function noteOf(change: Change, planned: PlannedPackage | null): string[] {
	if (planned === null) {
		return [];
	}

	const notes = [
		...(change.isRoot ? [decidingReason(planned), builtFrom(planned)] : []),
		...(planned.deprecated === null ? [] : [`deprecated: ${planned.deprecated}`]),
		...(planned.runtime === undefined ? [] : ['runs outside of the isolate']),
		...(planned.hasInstallScript ? ['its install script will not run'] : []),
		...scanNotes(planned),
	];
	return notes.filter((note) => note !== '');
}

/** What an update starts to use, and what honest code rarely has. */
function scanNotes({ name, version, scan, isRoot, tasks }: PlannedPackage): string[] {
	const gained = scan?.difference?.gained ?? [];
	const told = new Set(gained.map(({ what }) => what));
	const needs = isRoot && tasks === null ? (scan?.observed ?? []).filter(({ what }) => HOST_NEEDS[what] !== undefined) : [];
	const signs = (scan?.observed ?? []).filter(({ what }) => WARNING_SIGNS.has(what) && !told.has(what));
	return [
		...(gained.length === 0 ? [] : [`${version} starts to use: ${gained.map(seenWords).join(', ')}`]),
		...(signs.length === 0 ? [] : [`look at ${signs.map(seenWords).join(', ')} first: plugward evaluate ${name}@${version}`]),
		...needs.map((one) => `${HOST_NEEDS[one.what] ?? ''}${placeWords(one)}, which fails in the sandbox`),
	];
}

/** Of a permission of a plugin that runs natively. */
const OUTSIDE = 'The plugin runs outside of the isolate: what it is granted of files is opened to its process itself.';

/** What a plain package could use elsewhere, and not here. */
const HOST_NEEDS: Readonly<Partial<Record<Observation, string>>> = {
	process: 'starts programs or threads',
	native: 'loads machine code',
};
const WARNING_SIGNS: ReadonlySet<Observation> = new Set(['obfuscated', 'self-publish']);

function seenWords(seen: Observed): string {
	return `${seen.what}${placeWords(seen)}`;
}

function placeWords({ places: [first] }: Observed): string {
	return first === undefined ? '' : ` (${first.file}:${first.line})`;
}

/** Warnings are not here: they are told on standard error as they come. */
export function noticeLines(plan: Plan, view: View): string[] {
	return plan.notices
		.filter((notice) => notice.severity === 'info')
		.flatMap((notice) => paragraphLines(notice.text, { view, tone: 'dim' }));
}

function fetchLines(plan: Plan, view: View): string[] {
	if (plan.kind === 'rollback' || plan.kind === 'remove') {
		return [paint('Nothing to fetch.', 'dim', view)];
	}

	if (plan.fetchedCount === 0) {
		return [paint('Everything needed is already in the content store.', 'dim', view)];
	}

	return [
		paint(`${plural(plan.fetchedCount, 'package')}, ${formatBytes(plan.fetchedBytes)}: fetched, verified, not yet in use.`, 'dim', view),
	];
}

function countByType(changes: readonly Change[]): string {
	const count = (type: Change['type']) => changes.filter((change) => change.type === type).length;
	const words = [
		{ count: count('add'), word: 'added' },
		{ count: count('update'), word: 'updated' },
		{ count: count('downgrade'), word: 'downgraded' },
		{ count: count('remove'), word: 'removed' },
	];
	return words
		.filter((entry) => entry.count > 0)
		.map((entry) => `${entry.count} ${entry.word}`)
		.join(', ');
}

function noveltyWord(novelty: Extract<Requirement, { type: 'permission' }>['novelty'], isGranted: boolean): string {
	switch (novelty) {
		case 'new':
			return '';
		case 'widened':
			return 'wider than before';
		case 'carried-over':
			return isGranted ? 'as before' : '';
	}
}

function acceptedIds(decisions: readonly Decision[]): ReadonlySet<string> {
	return new Set(decisions.filter((decision) => decision.answer === 'accept').map((decision) => decision.requirementId));
}
