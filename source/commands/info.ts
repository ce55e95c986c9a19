import { type PackageInfo, permissionId } from '../engine/index.ts';
import { cleanLines, formatAge, formatBytes, plural } from '../format.ts';
import { levelBadge } from '../theme.ts';
import { raisesOf } from '../verdict-words.ts';
import { checkLines } from './check-lines.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { cell, joinBlocks, labelledLines, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

const LABEL_WIDTH = 12;
const LISTED_VERSIONS = 8;

export type InfoResult = { readonly info: PackageInfo; readonly showsReadme: boolean; readonly showsVersions: boolean };

export const info: CommandDefinition<InfoResult> = {
	name: 'info',
	aliases: ['show', 'view'],
	summary: 'Tell everything known about one package',
	usage: '<plugin[@version]>',
	flags: {
		readme: { type: 'boolean', description: 'Show its README' },
		versions: { type: 'boolean', description: 'Show every version with its age' },
	},
	examples: ['plugward info @examples/link-checker', 'plugward info marked@17 --json=version,license,distTags'],
	fields: [
		'name',
		'version',
		'description',
		'license',
		'homepage',
		'repository',
		'publisher',
		'publishedAt',
		'deprecated',
		'keywords',
		'distTags',
		'versions',
		'dependencies',
		'peerDependencies',
		'unpackedBytes',
		'fileCount',
		'hasInstallScript',
		'readme',
		'doubts',
		'installed',
		'tasks',
		'runtime',
		'permissions',
		'grants',
		'trust',
		'tree',
	],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'info <plugin[@version]>' });
		const found = await engine.info(parsed.positionals[0] ?? '', call);
		return { info: found, showsReadme: isSet(parsed, 'readme'), showsVersions: isSet(parsed, 'versions') };
	},
	toJson: ({ info: found }) => ({ ...found, runtime: found.installed === null ? null : (found.runtime ?? 'isolate') }),
	toText: ({ info: found, showsReadme, showsVersions }, view) =>
		joinBlocks([
			headLines(found, view),
			factLines(found, view),
			showsVersions ? versionLines(found, view) : [],
			taskLines(found, view),
			permissionLines(found, view),
			trustLines(found, view),
			showsReadme ? readmeLines(found) : [],
			nextLines(found, view),
		]),
};

function headLines(found: PackageInfo, view: View): string[] {
	return [
		titleLine(`${found.name} ${found.version}`, view),
		...(found.description === '' ? [] : paragraphLines(found.description, { view })),
		...(found.deprecated === null ? [] : paragraphLines(`! deprecated: ${found.deprecated}`, { view, tone: 'warning' })),
		...found.doubts.flatMap((text) => paragraphLines(`! ${text}`, { view, tone: 'warning' })),
	];
}

function factLines(found: PackageInfo, view: View): string[] {
	const by = found.publisher === null ? '' : ` by ${found.publisher}`;
	const files = found.fileCount === null ? '' : ` in ${plural(found.fileCount, 'file')}`;
	const facts: readonly (readonly [string, string])[] = [
		['installed', found.installed ?? 'no'],
		['license', found.license],
		['published', found.publishedAt === null ? by.trim() : `${formatAge(found.publishedAt, view.now)}${by}`],
		['homepage', found.homepage ?? ''],
		['repository', found.repository ?? ''],
		['size', found.unpackedBytes === null ? '' : `${formatBytes(found.unpackedBytes)}${files}`],
		['tags', pairs(found.distTags)],
		['versions', versionWords(found)],
		['needs', pairs(found.dependencies)],
		['peers', pairs(found.peerDependencies)],
		['keywords', found.keywords.join(', ')],
		['runtime', found.runtime === undefined ? '' : 'runs outside of the isolate, as a process of node'],
		['scripts', found.hasInstallScript ? 'has an install script, which plugward never runs' : ''],
	];
	return facts.filter(([, text]) => text !== '').flatMap(([label, text]) => labelledLines(label, text, { view, labelWidth: LABEL_WIDTH }));
}

function versionWords({ versions }: PackageInfo): string {
	const newest = versions.slice(0, LISTED_VERSIONS).map((entry) => entry.version);
	const more = versions.length - newest.length;
	return `${newest.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function versionLines({ versions }: PackageInfo, view: View): string[] {
	const rows = versions.map((entry) => [
		entry.version,
		cell(formatAge(entry.publishedAt, view.now), 'dim'),
		cell(entry.deprecated ? 'deprecated' : '', 'warning'),
	]);
	return [titleLine('Versions', view), ...tableLines(rows, { view, indent: 2 })];
}

function taskLines({ tasks }: PackageInfo, view: View): string[] {
	const rows = Object.entries(tasks ?? {}).map(([name, task]) => [cell(name, 'strong'), task.description]);
	return rows.length === 0 ? [] : [titleLine('Tasks', view), ...tableLines(rows, { view, indent: 2, flexible: 1 })];
}

function permissionLines(found: PackageInfo, view: View): string[] {
	if (found.permissions === null) {
		return paragraphLines('Permissions are read from the verified archive; install --dry-run shows them.', { view, tone: 'dim' });
	}

	if (found.permissions.length === 0) {
		return [paint('It asks for no permissions.', 'plain', view)];
	}

	const granted = new Set(found.grants.map((grant) => grant.permission));
	const rows = found.permissions.map((permission) => {
		const id = permissionId(permission);
		return [granted.has(id) ? cell('granted', 'good') : cell('denied', 'warning'), cell(id, 'strong'), cell(permission.reason, 'dim')];
	});
	return [titleLine('Permissions', view), ...tableLines(rows, { view, indent: 2, flexible: 2 })];
}

function trustLines({ trust }: PackageInfo, view: View): string[] {
	if (trust === null) {
		return [];
	}

	const { level } = trust.verdict;
	return [
		`${titleLine('Trust', view)}  ${paint(level, levelBadge(level).tone, view)}`,
		...checkLines(trust.verdict, trust.evidence, view),
		...raisesOf(trust.verdict).flatMap((text) => paragraphLines(`Would raise it: ${text}`, { view, indent: 2, tone: 'dim' })),
	];
}

function readmeLines({ readme }: PackageInfo): string[] {
	return readme === null ? ['It has no README.'] : [...cleanLines(readme)];
}

function nextLines(found: PackageInfo, view: View): string[] {
	const task = Object.keys(found.tasks ?? {})[0];
	if (found.installed === null) {
		return [paint(`Install it: plugward install ${found.name}`, 'dim', view)];
	}

	return task === undefined ? [] : [paint(`Run it: plugward run ${found.name} ${task}`, 'dim', view)];
}

function pairs(entries: Readonly<Record<string, string>>): string {
	return Object.entries(entries)
		.map(([name, value]) => `${name} ${value}`)
		.join(', ');
}
