import { permissionCaution, permissionId } from '../../engine/index.ts';
import type { InstalledPlugin, PackageContents, PackageInfo, Permission, SearchHit } from '../../engine/index.ts';
import { cleanLine, fit, formatAge, formatBytes, plural } from '../../format.ts';
import { sizeBars } from '../../pictures/size-bars.ts';
import { treeLines } from '../../pictures/tree-lines.ts';
import type { Fetching } from '../../fetching.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { PluginTab } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { type Contents, missingContents, readmeTab } from './contents-document.ts';
import type { Downloads } from './downloads-document.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';
import { statsDocument } from './stats-document.ts';
import { evidenceDocument, identityDocument, levelLine, verdictDocument } from './trust-document.ts';

type Context = {
	readonly width: number;
	readonly now: number;
	readonly contents: Contents;
	readonly downloads: Downloads;
	readonly hit: SearchHit | null;
	readonly key: KeyName;
	/** Of its bytes, if they are on their way. */
	readonly fetching: Fetching;
};

/** One tab of the plugin page. Versions and files are lists, not documents. */
export function pluginDocument(info: PackageInfo, tab: Exclude<PluginTab, 'versions' | 'files'>, context: Context): readonly Line[] {
	switch (tab) {
		case 'overview':
			return overview(info, context);
		case 'permissions':
			return permissionsDocument(info, context);
		case 'provenance':
			return provenance(info, context);
		case 'dependencies':
			return dependencies(info, context.width);
		case 'readme':
			return readmeTab(info, context.contents, context);
		case 'stats':
			return statsDocument(info, context);
	}
}

function overview(info: PackageInfo, { width, now }: Context): readonly Line[] {
	const size = info.unpackedBytes === null ? null : formatBytes(info.unpackedBytes);
	const files = info.fileCount === null ? null : plural(info.fileCount, 'file');
	const facts: readonly (readonly [string, string | null])[] = [
		['Version', info.publishedAt === null ? info.version : `${info.version}, published ${formatAge(info.publishedAt, now)}`],
		['Installed', info.installed ?? 'no'],
		['Publisher', info.publisher],
		['Licence', info.license],
		['Homepage', info.homepage],
		['Repository', info.repository],
		['Size', [size, files].filter((part) => part !== null).join(', ') || null],
		['Keywords', info.keywords.join(', ') || null],
		[
			'Tags',
			Object.entries(info.distTags)
				.map(([tag, version]) => `${tag} ${version}`)
				.join(', ') || null,
		],
	];
	return [
		...paragraph(info.description === '' ? 'No description.' : info.description, width),
		BLANK,
		...(info.deprecated === null ? [] : [...bullet('!', `Deprecated: ${info.deprecated}`, { width, tone: 'bad' }), BLANK]),
		...(info.doubts.length === 0 ? [] : [...info.doubts.flatMap((text) => bullet('!', text, { width, tone: 'bad' })), BLANK]),
		...(info.hasInstallScript
			? [...bullet('!', 'It has an install script. Plugward never runs install scripts.', { width, tone: 'warning' }), BLANK]
			: []),
		...facts.flatMap(([label, value]) => (value === null ? [] : fact(label, value, width))),
		...(info.trust === null ? [] : [levelLine(info.trust.verdict.level)]),
		...tasks(info, width),
	];
}

function tasks(info: PackageInfo, width: number): readonly Line[] {
	const entries = Object.entries(info.tasks ?? {});
	if (entries.length === 0) {
		return [];
	}

	return [
		BLANK,
		heading('Tasks'),
		...entries.flatMap(([name, task]) => bullet('>', `${name}: ${task.description}`, { width, tone: 'accent' })),
	];
}

/** Of what is installed with its grants; of anything else what its verified bytes ask for. */
function permissionsDocument(info: PackageInfo, { width, now, contents, key, fetching }: Context): readonly Line[] {
	if (info.permissions === null) {
		const { value } = contents;
		if (value?.type === 'verified') {
			return [...wouldAskFor(value, width)];
		}

		return [
			...paragraph('Permissions are read from verified bytes only, never from what a registry says.', width, { tone: 'dim' }),
			BLANK,
			...(missingContents(contents, { width, key, fetching }) ?? []),
		];
	}

	if (info.permissions.length === 0) {
		return [...ofInstalled(info, width), ...paragraph(NOTHING_ASKED, width)];
	}

	const granted = new Map(info.grants.map((grant) => [grant.permission, grant]));
	return [
		...ofInstalled(info, width),
		...info.permissions.flatMap((permission) => {
			const grant = granted.get(permissionId(permission));
			return [
				...permissionLines(permission, { width, isGranted: grant !== undefined }),
				...(grant === undefined
					? []
					: paragraph(`granted ${formatAge(grant.grantedAt, now)}${grant.expiresAt === null ? '' : `, ends ${grant.expiresAt}`}`, width, {
							indent: 4,
							tone: 'dim',
						})),
				BLANK,
			];
		}),
	];
}

const NOTHING_ASKED = 'It asks for nothing: no network, no files, no environment. Its isolate starts and stays without rights.';

/** What is told about rights and proof is of the version that is installed, which need not be the one of this page. */
function ofInstalled({ installed, version }: PackageInfo, width: number): readonly Line[] {
	return installed === null || installed === version
		? []
		: [...paragraph(`Of ${installed}, which is installed; this page is about ${version}.`, width, { tone: 'warning' }), BLANK];
}

function wouldAskFor({ version, permissions }: PackageContents, width: number): readonly Line[] {
	if (permissions === null) {
		return paragraph(`${version} is a plain package: it declares no permissions and gets none.`, width);
	}

	return permissions.length === 0
		? paragraph(NOTHING_ASKED, width)
		: [
				...paragraph(`What ${version} asks for. It is not installed, so nothing is granted.`, width),
				BLANK,
				...permissions.flatMap((permission) => [...permissionLines(permission, { width, isGranted: false }), BLANK]),
			];
}

/** A permission with its sign, its plain meaning and the author's reason. */
export function permissionLines(permission: Permission, options: { readonly width: number; readonly isGranted: boolean }): readonly Line[] {
	const sign = options.isGranted ? '[x]' : '[ ]';
	return [
		[
			span(`${sign} `, options.isGranted ? 'good' : 'warning'),
			span(cleanLine(permissionId(permission)), 'strong'),
			span(options.isGranted ? '  granted' : '  denied', 'dim'),
		],
		...paragraph(permissionMeaning(permission), options.width, { indent: 4 }),
		...(permission.reason === ''
			? []
			: paragraph(`The author says: "${cleanLine(permission.reason)}"`, options.width, { indent: 4, tone: 'dim' })),
	];
}

/** Said wherever a plugin is shown that does. */
export const OUTSIDE_OF_ISOLATE = 'outside of the isolate, as a process of node';

export function permissionMeaning(permission: Permission): string {
	switch (permission.type) {
		case 'net':
			return `Talk to ${cleanLine(permission.host)} on port ${permission.port}${permission.methods === undefined ? '' : `, only with ${permission.methods.join(', ')}`}.`;
		case 'fs':
			return permission.access === 'read' ? `Read ${cleanLine(permission.path)}.` : `Change ${cleanLine(permission.path)}.`;
		case 'env':
			return `Read the environment variable ${cleanLine(permission.name)}.`;
		case 'run':
			return `Run ${cleanLine(permission.program)} with these arguments. ${permissionCaution(permission) ?? ''}`;
		case 'message':
			return permission.direction === 'send'
				? `Send messages to ${cleanLine(permission.plugin)}.`
				: `Get messages from ${cleanLine(permission.plugin)}.`;
	}
}

function provenance(info: PackageInfo, { width, contents, key, fetching }: Context): readonly Line[] {
	if (info.trust !== null) {
		return [...ofInstalled(info, width), ...verdictDocument(info.trust, width), BLANK, ...evidenceDocument(info.trust.evidence, width)];
	}

	const { value } = contents;
	return value?.type === 'verified'
		? [
				...paragraph(`What is proven about ${value.version}, which is not installed.`, width, { tone: 'dim' }),
				BLANK,
				...verdictDocument(value, width),
				BLANK,
				...evidenceDocument(value.evidence, width),
			]
		: (missingContents(contents, { width, key, fetching }) ?? []);
}

/** What is installed comes first, large things before the tree of all of them; then what the shown version declares, which may be another one. */
function dependencies(info: PackageInfo, width: number): readonly Line[] {
	const own = Object.entries(info.dependencies);
	const peers = Object.entries(info.peerDependencies);
	const isAlone = info.tree === null || info.tree.packages.length <= 1;
	const version = cleanLine(info.version);
	return [
		...(info.tree === null || isAlone ? [] : [...installedTreeDocument(info.tree, info.installed ?? '', width), BLANK]),
		...(own.length + peers.length === 0 ? paragraph(`${version} depends on nothing else.`, width) : []),
		...(own.length === 0 ? [] : rangeList(`${version} declares ${plural(own.length, 'dependency', 'dependencies')}`, own, width)),
		...(peers.length === 0
			? []
			: [...(own.length === 0 ? [] : [BLANK]), ...rangeList(`${plural(peers.length, 'peer')}: must be there beside it`, peers, width)]),
	];
}

const MOST_TREE_LINES = 400;
const MOST_SIZES = 8;

/** What was installed with it, and what of that is large. */
function installedTreeDocument({ root, packages }: NonNullable<PackageInfo['tree']>, installed: string, width: number): readonly Line[] {
	const nodes = new Map(
		packages.map(({ id, name, version, bytes, dependencies: children }) => [
			id,
			{ id, label: `${name} ${version}`, note: bytes === null ? '' : formatBytes(bytes), children },
		]),
	);
	const sized = packages.map(({ name, version, bytes }) => ({ name: `${name} ${version}`, bytes }));
	const total = sized.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
	return [
		heading(`Installed with ${cleanLine(installed)}: ${plural(packages.length - 1, 'package')}, ${formatBytes(total)} in all`),
		...sizeBars(sized, { width, most: MOST_SIZES }),
		BLANK,
		heading('What needs what'),
		...treeLines(nodes, root, { width, most: MOST_TREE_LINES }),
	];
}

function rangeList(title: string, entries: readonly (readonly [string, string])[], width: number): readonly Line[] {
	const nameWidth = Math.min(40, Math.max(12, Math.floor(width / 2)));
	return [
		heading(title),
		...entries.map(([name, range]): Line => [span(fit(cleanLine(name), nameWidth)), span(`  ${cleanLine(range)}`, 'dim')]),
	];
}

/** What the side pane of the installed screen tells. */
export function installedDocument(
	plugin: InstalledPlugin,
	{ width, key }: { readonly width: number; readonly key: KeyName },
): readonly Line[] {
	const granted = new Set(plugin.grants.map((grant) => grant.permission));
	return [
		[span(cleanLine(plugin.name), 'accent'), span(` ${cleanLine(plugin.version)}`)],
		BLANK,
		...paragraph(plugin.description === '' ? 'No description.' : plugin.description, width),
		BLANK,
		levelLine(plugin.level),
		...fact('Asked for', `${plugin.name}@${plugin.spec}`, width),
		...fact('Newest', newest(plugin, key), width),
		...(plugin.isHeld ? fact('Held', `updates leave it alone (${key('hold', 'installed')} lets it go)`, width, 'accent') : []),
		...(plugin.isDisabled ? fact('Disabled', `it does not run (${key('disable', 'installed')} enables it)`, width, 'accent') : []),
		...fact('Takes', `${formatBytes(plugin.sizeBytes)}, ${plural(plugin.dependencyCount, 'dependency', 'dependencies')}`, width),
		...(plugin.runtime === undefined ? [] : fact('Runs', OUTSIDE_OF_ISOLATE, width)),
		...fact('Tasks', plugin.tasks === null ? 'none: a plain package' : plugin.tasks.join(', '), width),
		BLANK,
		heading(plugin.permissions.length === 0 ? 'No permissions asked for' : 'Permissions'),
		...plugin.permissions.flatMap((permission) => {
			const isGranted = granted.has(permissionId(permission));
			return bullet(isGranted ? '[x]' : '[ ]', `${permissionId(permission)}  ${isGranted ? 'granted' : 'denied'}`, {
				width,
				tone: isGranted ? 'good' : 'warning',
			});
		}),
		...(plugin.identity === null ? [] : [BLANK, heading('Built by'), ...identityDocument(plugin.identity, width).slice(0, 4)]),
	];
}

function newest(plugin: InstalledPlugin, key: KeyName): string {
	if (plugin.latest === null) {
		return `not known yet (${key('refresh')} asks the registry)`;
	}

	const beyond = plugin.wanted !== null && plugin.wanted !== plugin.latest ? ` (${plugin.wanted} within ${plugin.spec})` : '';
	return plugin.latest === plugin.version ? `${plugin.latest}: up to date` : `${plugin.latest}${beyond}`;
}
