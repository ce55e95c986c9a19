import {
	CAPABILITIES,
	type Capability,
	type Evaluation,
	type Fact,
	type Observation,
	type Place,
	type Severity,
	SEVERITIES,
} from '../engine/index.ts';
import { formatAge, formatBytes, plural } from '../format.ts';
import { evidenceBadge, levelBadge, type Tone } from '../theme.ts';
import { type Cell, cell, joinBlocks, labelledLines, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

const LABEL_WIDTH = 12;
const SHOWN_PLACES = 3;
const SHOWN_NOTES = 12;
const SHOWN_PACKAGES = 3;

const SEVERITY_WORDS: Readonly<Record<Severity, { readonly title: string; readonly sign: string; readonly tone: Tone }>> = {
	danger: { title: 'Danger: look before you install', sign: '!', tone: 'bad' },
	caution: { title: 'Caution: know why', sign: '-', tone: 'warning' },
	note: { title: 'Good to know', sign: '.', tone: 'dim' },
};

const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
	process: 'starts programs or threads',
	native: 'runs machine code',
	eval: 'runs text as code',
	net: 'reaches the network',
	fs: 'reads or writes files',
	env: 'reads environment variables',
	'dynamic-import': 'loads modules by a name it makes up',
	wasm: 'runs WebAssembly',
};

/** An evaluation as a stranger reads it: what is bad first, then what the code can do, then how well it is kept, then what to type. */
export function evaluationText(evaluation: Evaluation, view: View): string {
	return joinBlocks([
		headLines(evaluation, view),
		...SEVERITIES.map((severity) => factLines(evaluation, severity, view)),
		differenceLines(evaluation, view),
		capabilityLines(evaluation, view),
		qualityLines(evaluation, view),
		evidenceLines(evaluation, view),
		nextLines(evaluation, view),
	]);
}

function headLines({ name, version, publishedAt, packages, scannedFiles, scannedBytes, leftOut, facts }: Evaluation, view: View): string[] {
	const others = packages.length - 1;
	const scanned = `${others === 0 ? 'It depends on nothing.' : `It brings ${plural(others, 'other package')}.`} ${plural(scannedFiles, 'source file')}, ${formatBytes(scannedBytes)}, looked through${leftOut.length === 0 ? '' : `; ${plural(leftOut.length, 'package')} for other platforms left out`}. Nothing was installed.`;
	const worst = facts.filter(({ severity }) => severity !== 'note').length;
	return [
		`${titleLine(`${name} ${version}`, view)}  ${publishedAt === null ? '' : paint(`published ${formatAge(publishedAt, view.now)}`, 'dim', view)}`.trimEnd(),
		...paragraphLines(scanned, { view, tone: 'dim' }),
		...(worst === 0 ? [paint('Nothing found that calls for caution.', 'good', view)] : []),
	];
}

function factLines({ facts, name, version }: Evaluation, severity: Severity, view: View): string[] {
	const found = facts.filter((fact) => fact.severity === severity);
	if (found.length === 0) {
		return [];
	}

	const { title, sign, tone } = SEVERITY_WORDS[severity];
	const shown = severity === 'note' ? found.slice(0, SHOWN_NOTES) : found;
	const rootId = `${name}@${version}`;
	return [
		paint(title, severity === 'note' ? 'strong' : tone, view),
		...shown.flatMap((fact) => [
			...paragraphLines(`${sign} ${fact.package === rootId ? '' : `${fact.package}: `}${fact.text}`, { view, indent: 2 }),
			...fact.places.slice(0, SHOWN_PLACES).flatMap((place) => paragraphLines(placeWords(place), { view, indent: 6, tone: 'dim' })),
			...moreLines(fact, view),
			...(fact.url === null ? [] : paragraphLines(fact.url, { view, indent: 6, tone: 'dim' })),
		]),
		...(shown.length < found.length ? [`  ${paint(`and ${found.length - shown.length} more; --json has all`, 'dim', view)}`] : []),
	];
}

function moreLines({ places }: Fact, view: View): string[] {
	return places.length > SHOWN_PLACES
		? [`${' '.repeat(6)}${paint(`and ${plural(places.length - SHOWN_PLACES, 'other place')}`, 'dim', view)}`]
		: [];
}

function placeWords({ file, line, column, detail }: Place): string {
	return `${file}:${line}:${column} ${detail}`;
}

function differenceLines({ difference, name }: Evaluation, view: View): string[] {
	if (difference === null) {
		return [];
	}

	const { from, to, gained, lost } = difference;
	const words = (observed: readonly { readonly what: Observation }[]) => observed.map(({ what }) => what).join(', ');
	return [
		titleLine(`Compared with ${name} ${from}`, view),
		...(gained.length === 0 && lost.length === 0 ? [`  ${paint(`${to} can do what ${from} could.`, 'good', view)}`] : []),
		...(gained.length === 0 ? [] : labelledLines('new', words(gained), { view, labelWidth: LABEL_WIDTH })),
		...(lost.length === 0 ? [] : labelledLines('no longer', words(lost), { view, labelWidth: LABEL_WIDTH })),
	];
}

/** Per capability: does the package itself have it, and which of its dependencies. */
function capabilityLines({ packages }: Evaluation, view: View): string[] {
	const rows: (readonly Cell[])[] = [];
	for (const capability of CAPABILITIES) {
		const having = packages.filter(({ observed }) => observed.some(({ what }) => what === capability));
		const [first] = [...having].toSorted((a, b) => Number(b.isRoot) - Number(a.isRoot));
		const place = first?.observed.find(({ what }) => what === capability)?.places[0];
		if (first !== undefined && place !== undefined) {
			const others = having.filter((one) => !one.isRoot).map(({ name }) => name);
			rows.push([cell(capability, 'strong'), CAPABILITY_WORDS[capability]]);
			rows.push(['', cell(`${first.isRoot ? '' : `${first.name}: `}${place.file}:${place.line} ${place.detail}`, 'dim')]);
			const more = others.filter((name) => name !== first.name);
			if (more.length > 0) {
				rows.push(['', cell(`also in ${listed(more)}`, 'dim')]);
			}
		}
	}

	const lines = tableLines(rows, { view, indent: 2, flexible: 1 });
	return lines.length === 0
		? [paint('It can do nothing but compute: no files, no network, no programs.', 'good', view)]
		: [
				titleLine('What the code can do', view),
				...lines,
				...paragraphLines('In plugward a plugin can do none of it until you grant it.', { view, indent: 2, tone: 'dim' }),
			];
}

function listed(names: readonly string[]): string {
	const shown = names.slice(0, SHOWN_PACKAGES).join(', ');
	return names.length > SHOWN_PACKAGES ? `${shown} and ${names.length - SHOWN_PACKAGES} more` : shown;
}

function qualityLines({ quality, licence }: Evaluation, view: View): string[] {
	const has = [
		...(quality.hasTests ? ['tests'] : []),
		...(quality.hasTypes ? ['types'] : []),
		...(quality.readmeBytes > 0 ? [`a README of ${formatBytes(quality.readmeBytes)}`] : []),
		...(quality.hasLicenceFile ? ['a licence file'] : []),
	];
	const lacks = [
		...(quality.hasTypes ? [] : ['types']),
		...(quality.readmeBytes > 0 ? [] : ['a README']),
		...(quality.hasLicenceFile ? [] : ['a licence file']),
	];
	const facts: readonly (readonly [string, string])[] = [
		['licence', licence ?? 'none stated'],
		['size', `${formatBytes(quality.unpackedBytes)} in ${plural(quality.fileCount, 'file')}`],
		['needs', quality.dependencyCount === 0 ? '' : plural(quality.dependencyCount, 'direct dependency', 'direct dependencies')],
		['ships', has.join(', ')],
		['lacks', lacks.join(', ')],
		['minified', quality.minifiedFiles === 0 ? '' : `${plural(quality.minifiedFiles, 'file')} that nobody can review`],
	];
	return [
		titleLine('Measured', view),
		...facts.filter(([, text]) => text !== '').flatMap(([label, text]) => labelledLines(label, text, { view, labelWidth: LABEL_WIDTH })),
	];
}

function evidenceLines({ evidence, verdict, advisories }: Evaluation, view: View): string[] {
	const states = evidence.map(({ kind, state }) => `${kind} ${evidenceBadge(state).word}`).join(', ');
	const known =
		advisories.source === null
			? 'nobody was asked; see --advisories'
			: `${plural(advisories.considered, 'advisory', 'advisories')} from ${advisories.source}${advisories.createdAt === null ? ', unsigned' : `, signed, of ${advisories.createdAt.slice(0, 10)}${advisories.isStale ? ' (too old)' : ''}`}`;
	return [
		`${titleLine('Proven', view)}  ${paint(verdict.level, levelBadge(verdict.level).tone, view)}`,
		...labelledLines('evidence', states, { view, labelWidth: LABEL_WIDTH }),
		...labelledLines('advisories', known, { view, labelWidth: LABEL_WIDTH }),
	];
}

function nextLines({ name, version, facts }: Evaluation, view: View): string[] {
	const isDangerous = facts.some(({ severity }) => severity === 'danger');
	const rows: Cell[][] = isDangerous
		? [[cell('Other versions', 'dim'), `plugward info ${name} --versions`]]
		: [[cell('See the plan', 'dim'), `plugward install ${name}@${version} --dry-run`]];
	return tableLines(rows, { view });
}
