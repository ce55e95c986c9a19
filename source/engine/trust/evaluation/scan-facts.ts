import type { Fact, ScanDifference, Severity } from '../../evaluation.ts';
import { FAR_REACHING, type Observed, type PackageScan, type Place, SIGNS } from '../../scan.ts';

type Subject = { readonly id: string; readonly scan: PackageScan };

const SIGN_NAMES: ReadonlySet<string> = new Set(SIGNS);

/** What one package's own bytes give away. Capabilities are no facts of their own: most packages have some, and have them for a reason. */
export function scanFacts({ id, scan }: Subject): readonly Fact[] {
	const reachesOut = scan.observed.some(({ what }) => what === 'net' || what === 'process');
	return [
		...scan.observed.flatMap((observed) => signFact(id, observed, reachesOut)),
		...scan.installScripts.map(({ name, command }) =>
			fact(id, { code: 'install-script', severity: 'note', text: `npm would run its ${name} script: ${command}. plugward never does.` }),
		),
		...(scan.hasImplicitBuild
			? [
					fact(id, {
						code: 'implicit-build',
						severity: 'note',
						text: 'npm would build its binding.gyp when installing. plugward never does.',
					}),
				]
			: []),
		...(scan.skippedCount > 0 ? [fact(id, notScanned(scan))] : []),
	];
}

/** What a version has that the version before it had not. */
export function differenceFacts(
	id: string,
	difference: ScanDifference,
	scripts: { readonly before: PackageScan; readonly after: PackageScan },
): readonly Fact[] {
	const known = new Set(scripts.before.installScripts.map(({ name }) => name));
	return [
		// What honest code rarely has is told as such, whether it is new or not.
		...difference.gained
			.filter(({ what }) => !SIGN_NAMES.has(what))
			.map(({ what, places, count }) =>
				fact(id, {
					code: 'capability-added',
					severity: FAR_REACHING.has(what) ? 'caution' : 'note',
					text: `${difference.to} starts to use ${what}, which ${difference.from} did not${count > places.length ? ` (${count} places)` : ''}.`,
					places,
				}),
			),
		...scripts.after.installScripts
			.filter(({ name }) => !known.has(name))
			.map(({ name, command }) =>
				fact(id, {
					code: 'install-script-added',
					severity: 'caution',
					text: `${difference.to} comes with a new ${name} script, which ${difference.from} had not: ${command}`,
				}),
			),
	];
}

export function fact(
	id: string,
	facts: {
		readonly code: Fact['code'];
		readonly severity: Severity;
		readonly text: string;
		readonly places?: readonly Place[];
		readonly url?: string | null;
	},
): Fact {
	const { code, severity, text, places = [], url = null } = facts;
	return { code, severity, package: id, text, places, url };
}

function signFact(id: string, { what, places, count }: Observed, reachesOut: boolean): readonly Fact[] {
	switch (what) {
		case 'obfuscated':
			return [fact(id, { code: what, severity: 'danger', text: 'Code that was made unreadable on purpose.', places })];
		case 'self-publish':
			return [fact(id, { code: what, severity: 'danger', text: 'It publishes packages, as a worm does.', places })];
		case 'secret-path':
			return [
				fact(id, {
					code: what,
					severity: 'caution',
					text: `It names places where secrets are kept${reachesOut ? ', and it can reach the network or start programs' : ''}.`,
					places,
				}),
			];
		case 'secret-env':
			return [
				fact(id, {
					code: what,
					severity: 'caution',
					text: `It reads variables that hold secrets${reachesOut ? ', and it can reach the network or start programs' : ''}.`,
					places,
				}),
			];
		case 'unscannable':
			return [
				fact(id, {
					code: what,
					severity: 'caution',
					text: `${count === 1 ? 'A source file is' : `${count} source files are`} made so that no scanner gets through, so nobody looked inside: it ${places[0]?.detail ?? 'is too much'}.`,
					places,
				}),
			];
		case 'unparsable':
			return [
				fact(id, {
					code: what,
					severity: 'note',
					text: `${count === 1 ? 'A source file is' : `${count} source files are`} not JavaScript, so nobody looked inside.`,
					places,
				}),
			];
		default:
			return [];
	}
}

function notScanned({ skipped, skippedCount }: PackageScan): {
	readonly code: 'not-scanned';
	readonly severity: Severity;
	readonly text: string;
} {
	const named = skipped.slice(0, 3).map(({ file, reason }) => `${file} (${reason === 'too-large' ? 'too large' : 'over the budget'})`);
	const more = skippedCount - named.length;
	return { code: 'not-scanned', severity: 'note', text: `Not scanned: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.` };
}
