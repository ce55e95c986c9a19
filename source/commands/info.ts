import { type DownloadNumbers, type PackageInfo, permissionId } from '../engine/index.ts';
import { changeWords, downloadsText } from '../download-words.ts';
import { formatAge, formatBytes, plural } from '../format.ts';
import { levelBadge } from '../theme.ts';
import { raisesOf } from '../verdict-words.ts';
import { checkLines } from './check-lines.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, namesField, requirePositionals } from './flags.ts';
import { fileLines, filesJson, type InfoContents, type InfoReadme, readmeLines, readmeOf } from './info-contents.ts';
import { cell, joinBlocks, labelledLines, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

const LABEL_WIDTH = 12;
const LISTED_VERSIONS = 8;

export type InfoResult = {
	readonly info: PackageInfo;
	/** Null when nobody wanted them. */
	readonly downloads: DownloadNumbers | null;
	/** Null without `--files`. */
	readonly contents: InfoContents | null;
	/** The registry's own unless it was asked for by name. */
	readonly readme: InfoReadme;
	readonly showsReadme: boolean;
	readonly showsVersions: boolean;
};

export const info: CommandDefinition<InfoResult> = {
	name: 'info',
	aliases: ['show', 'view'],
	summary: 'Tell everything known about one package',
	usage: '<plugin[@version]>',
	flags: {
		readme: { type: 'boolean', description: 'Show its README, out of verified bytes where they are here' },
		files: { type: 'boolean', description: 'Show every file with its size, fetched and proven first if need be' },
		versions: { type: 'boolean', description: 'Show every version with its age' },
	},
	examples: [
		'plugward info @examples/link-checker',
		'plugward info marked@17 --json=version,license,distTags',
		'plugward info marked --files',
	],
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
		'readmeFrom',
		'downloads',
		'contents',
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
		const spec = parsed.positionals[0] ?? '';
		const showsReadme = isSet(parsed, 'readme');
		const wantsReadme = showsReadme || namesField(parsed, 'readme') === true;
		const wantsFiles = isSet(parsed, 'files') || namesField(parsed, 'contents') === true;
		const [found, downloads] = await Promise.all([
			engine.info(spec, call),
			namesField(parsed, 'downloads') === false ? null : engine.downloads({ spec, fresh: true }, call),
		]);
		const contents = wantsFiles || wantsReadme ? await engine.contents.list({ spec, fetch: wantsFiles }, call) : null;
		return {
			info: found,
			downloads,
			contents: wantsFiles && contents?.type === 'verified' ? contents : null,
			readme: readmeOf(found, wantsReadme ? contents : null),
			showsReadme,
			showsVersions: isSet(parsed, 'versions'),
		};
	},
	toJson: ({ info: found, downloads, contents, readme }) => ({
		...found,
		runtime: found.installed === null ? null : (found.runtime ?? 'isolate'),
		readme: readme.text,
		readmeFrom: readme.from,
		downloads,
		contents: contents === null ? null : filesJson(contents),
	}),
	toText: ({ info: found, downloads, contents, readme, showsReadme, showsVersions }, view) =>
		joinBlocks([
			headLines(found, view),
			factLines(found, downloads, view),
			showsVersions ? versionLines(found, view) : [],
			taskLines(found, view),
			permissionLines(found, view),
			trustLines(found, view),
			contents === null ? [] : fileLines(contents, view),
			showsReadme ? readmeLines(readme, view) : [],
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

function factLines(found: PackageInfo, downloads: DownloadNumbers | null, view: View): string[] {
	const by = found.publisher === null ? '' : ` by ${found.publisher}`;
	const files = found.fileCount === null ? '' : ` in ${plural(found.fileCount, 'file')}`;
	const facts: readonly (readonly [string, string])[] = [
		['installed', found.installed ?? 'no'],
		['license', found.license],
		['published', found.publishedAt === null ? by.trim() : `${formatAge(found.publishedAt, view.now)}${by}`],
		['homepage', found.homepage ?? ''],
		['repository', found.repository ?? ''],
		['size', found.unpackedBytes === null ? '' : `${formatBytes(found.unpackedBytes)}${files}`],
		['downloads', downloads === null ? '' : downloadWords(downloads)],
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

function downloadWords(numbers: DownloadNumbers): string {
	if (numbers.type === 'untold') {
		return numbers.why;
	}

	const { days, lastWeek, host } = numbers;
	return `${downloadsText(lastWeek)} in the last ${plural(Math.min(7, days.length), 'day')}${changeWords(numbers)}; ${host} counts them`;
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
