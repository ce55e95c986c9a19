import type { Plan } from '../../plan.ts';
import { textDoubts } from '../../text-doubts.ts';
import { licenceFacts, resemblanceFact, SECURITY_FIX, UNPROVEN } from '../../trust/index.ts';
import type { AssessedPackage } from '../apply/assessed-package.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';

const MOST_LICENCES = 5;

/** What a plan tells beside its changes: each thing once, whatever number of packages it concerns. */
export async function planNotices(
	context: EngineContext,
	packages: readonly AssessedPackage[],
	/** `pause` is awaited between packages, so that keys are answered meanwhile. */
	{ rootIds, pause }: { readonly rootIds: ReadonlySet<string>; readonly pause: () => Promise<void> },
): Promise<Plan['notices']> {
	return [
		...noticesOf(packages, rootIds),
		...(await licenceNotice(context, packages)),
		...fixNotices(packages),
		...(await resemblances(packages, pause)),
		...deceptions(packages),
	];
}

function noticesOf(packages: readonly AssessedPackage[], rootIds: ReadonlySet<string>): Plan['notices'] {
	const notices: Plan['notices'][number][] = [];
	for (const { locked, facts, manifest, isNew } of packages) {
		if (isNew && facts.manifest?.deprecated) {
			notices.push({ severity: 'warning', text: `${locked.name} ${locked.version} is deprecated: ${facts.manifest.deprecated}` });
		}

		if (isNew && rootIds.has(idOf(locked)) && manifest === null) {
			notices.push({ severity: 'info', text: `${locked.name} has no tasks; it is a plain package and gets no rights.` });
		}
	}

	notices.push(...unprovenNotice(packages.filter(({ isNew }) => isNew)));
	const scripted = packages.filter(({ facts, isNew }) => isNew && facts.manifest?.hasInstallScript === true);
	if (scripted.length > 0) {
		const names = scripted.map(({ locked }) => idOf(locked)).join(', ');
		notices.push({ severity: 'info', text: `Install scripts are never run; ${names} ${scripted.length === 1 ? 'has one' : 'have some'}.` });
	}

	return notices;
}

/** A licence is a matter for lawyers, not for a gate: the plan says which ones the policy does not name. */
async function licenceNotice({ policy }: EngineContext, packages: readonly AssessedPackage[]): Promise<Plan['notices']> {
	const { allowedLicences } = policy;
	if (allowedLicences === null) {
		return [];
	}

	const refused: string[] = [];
	for (const { locked, licence, isNew } of packages) {
		const found = isNew ? await licenceFacts(idOf(locked), licence === '' ? null : licence, allowedLicences) : [];
		if (found.some(({ code }) => code === 'licence-refused')) {
			refused.push(`${idOf(locked)} (${licence === '' ? 'states none' : licence})`);
		}
	}

	return refused.length === 0
		? []
		: [
				{
					severity: 'warning',
					text: `Your policy does not name the licence of ${refused.slice(0, MOST_LICENCES).join(', ')}${refused.length > MOST_LICENCES ? ` and ${refused.length - MOST_LICENCES} more` : ''}.`,
				},
			];
}

/** A young version that was not waited for is told, since it looks like one that was let through. */
function fixNotices(packages: readonly AssessedPackage[]): Plan['notices'] {
	return packages.flatMap(({ locked, verdict }) =>
		verdict.reasons
			.filter(({ rule }) => rule === SECURITY_FIX)
			.map(({ text }) => ({ severity: 'info' as const, text: `${idOf(locked)}: ${text}` })),
	);
}

/** Once for a plan, whatever number of packages it concerns: a warning that is repeated is not read. */
function unprovenNotice(fresh: readonly AssessedPackage[]): Plan['notices'] {
	const unproven = fresh.filter(({ verdict }) => verdict.reasons.some(({ rule, passed }) => rule === UNPROVEN && !passed));
	const [first] = unproven;
	if (first === undefined) {
		return [];
	}

	const subject = fresh.length === 1 ? idOf(first.locked) : `${unproven.length} of the ${fresh.length} new packages`;
	const text = `Nothing proves who built or published ${subject}. Unproven code starts with no rights, like any other.`;
	return [{ severity: 'warning', text }];
}

/** A name that is all but another one's: of what is installed for the first time, and only where it is hardly by chance. */
async function resemblances(packages: readonly AssessedPackage[], pause: () => Promise<void>): Promise<Plan['notices']> {
	const fresh = packages.filter(({ isNew, previous }) => isNew && previous === null);
	const others = packages.filter((one) => !fresh.includes(one)).map(({ locked }) => locked.name);
	const found: Plan['notices'][number][] = [];
	for (const { locked } of fresh) {
		await pause();
		const facts = resemblanceFact(idOf(locked), locked.name, others).filter(({ severity }) => severity !== 'note');
		found.push(...facts.map(({ package: id, text }) => ({ severity: 'warning' as const, text: `${id}: ${text}` })));
	}

	return found;
}

/** Texts that hide something: of what is installed for the first time, or now. */
function deceptions(packages: readonly AssessedPackage[]): Plan['notices'] {
	return packages
		.filter(({ isNew }) => isNew)
		.flatMap(({ locked, facts, manifest }) =>
			textDoubts({
				'notice of deprecation': [facts.manifest?.deprecated ?? null],
				tasks: Object.values(manifest?.tasks ?? {}).map(({ description }) => description),
				'reasons for permissions': (manifest?.permissions ?? []).map(({ reason }) => reason),
			}).map((text) => ({ severity: 'warning' as const, text: `${idOf(locked)}: ${text}` })),
		);
}
