import { EngineError, type RefreshedRootSummary, type RootSummary, stripToLine } from '../engine/index.ts';
import type { CommandContext, ParsedArguments } from './command.ts';
import { listFlag, textFlag } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type RootsResult = {
	readonly type: 'roots';
	readonly roots: readonly RootSummary[];
	/** What was fetched just now. */
	readonly refreshed: readonly RefreshedRootSummary[];
};

export const TRUST_ROOTS_USAGE = 'roots [add <file or name>|remove <id>|refresh [id]]';

const DAY_MILLISECONDS = 86_400_000;

/** `trust roots` and the words behind it. */
export async function trustRoots({ engine, parsed, call }: CommandContext, [word, which]: readonly string[]): Promise<RootsResult> {
	let refreshed: readonly RefreshedRootSummary[] = [];
	switch (word) {
		case undefined:
			break;
		case 'add':
			await engine.trust.addRoot(rootOf(parsed, which ?? ''), call);
			break;
		case 'remove':
			await engine.trust.removeRoot(which ?? '', call);
			break;
		case 'refresh':
			refreshed = await engine.trust.refreshRoots({ id: which ?? null, mirror: textFlag(parsed, 'tuf') }, call);
			break;
		default:
			throw unknownSubcommand({
				command: 'trust roots',
				word,
				known: ['list', 'add', 'remove', 'refresh'],
				usage: `trust ${TRUST_ROOTS_USAGE}`,
			});
	}

	return { type: 'roots', roots: await engine.trust.roots(call), refreshed };
}

function rootOf(parsed: ParsedArguments, which: string) {
	const tuf = textFlag(parsed, 'tuf');
	const root = textFlag(parsed, 'root');
	const scopes = listFlag(parsed, 'scope').map((scope) => (/^@[^/]+$/.test(scope) ? `${scope}/*` : scope));
	const registries = listFlag(parsed, 'forRegistry');
	const id = textFlag(parsed, 'id') ?? (tuf === null ? null : which);
	if (id === null || id === '' || scopes.length + registries.length === 0) {
		throw new EngineError('usage', 'A trust root needs a name and the packages that it may vouch for.', {
			hint: 'For example: plugward trust roots add /etc/acme/trusted_root.json --id acme --scope "@acme/*"',
		});
	}

	if ((tuf === null) !== (root === null)) {
		throw new EngineError('usage', 'A TUF repository needs its address and the root.json that you got by another way.', {
			hint: 'For example: plugward trust roots add acme --tuf https://tuf.acme.example --root /etc/acme/root.json --scope "@acme/*"',
		});
	}

	return tuf === null || root === null ? { id, scopes, registries, file: which } : { id, scopes, registries, tuf, root };
}

export function rootsText({ roots, refreshed }: RootsResult, view: View, now = Date.now()): string {
	return joinBlocks([
		refreshed.flatMap(({ id, mirror, versionBefore, version, isChanged }) =>
			paragraphLines(
				isChanged
					? `Fetched the trust root ${stripToLine(id)} from ${stripToLine(mirror)}: version ${version}${versionBefore === null ? '' : `, after ${versionBefore}`}.`
					: `${stripToLine(mirror)} has nothing newer for ${stripToLine(id)} than version ${version}; that is confirmed.`,
				{ view, tone: 'good' },
			),
		),
		roots.flatMap((root) => [
			...tableLines(
				[
					[
						cell(stripToLine(root.id), 'strong'),
						[...root.scopes, ...root.registries].map(stripToLine).join(', '),
						SOURCES[root.source],
						cell(root.expiresAt === null ? 'no end stated' : `until ${root.expiresAt.slice(0, 10)}`, 'dim'),
					],
				],
				{ view },
			),
			...detailLines(root, { view, now }),
		]),
	]);
}

const SOURCES: Readonly<Record<RootSummary['source'], string>> = {
	embedded: 'built in',
	refreshed: 'built in, refreshed',
	file: 'your file',
	tuf: 'your TUF repository',
};

function detailLines(root: RootSummary, { view, now }: { readonly view: View; readonly now: number }): readonly string[] {
	const parts = [
		...(root.version === null ? [] : [`version ${root.version}`]),
		...(root.refreshedAt === null ? [] : [`fetched ${ageOf(root.refreshedAt, now)}`]),
		...(root.mirror === null ? [] : [`from ${stripToLine(root.mirror)}`]),
	];
	return [
		...(parts.length === 0 ? [] : paragraphLines(parts.join(', '), { view, indent: 2, tone: 'dim' })),
		...(root.warning === null ? [] : paragraphLines(`! ${stripToLine(root.warning)}`, { view, indent: 2, tone: 'bad' })),
	];
}

function ageOf(at: string, now: number): string {
	const days = Math.floor((now - Date.parse(at)) / DAY_MILLISECONDS);
	return days < 1 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`;
}
