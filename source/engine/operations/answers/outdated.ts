import semver from 'semver';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { PackageIndex, Resolution, RootRequest } from '../../resolver/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { timesNeeded } from '../versions/age.ts';
import { latestVersion } from '../versions/latest-version.ts';
import { mergeRoots } from '../plans/plan-install.ts';
import { updateOf } from '../plans/plan-update.ts';
import { requireInstalled } from '../apply/require-installed.ts';
import { readRules, type ResolveRules } from '../versions/resolve-rules.ts';
import { gaveUp, resolveOutcome } from '../versions/resolve-tree.ts';
import { type LatestQuestion, whyNotLatest } from './why-not-latest.ts';
import type { NotLatestReason, OutdatedPlugin, OutdatedReport } from '../../version-questions.ts';

/** Why one does not get the latest takes a solve for each plugin that is behind, so that only so many are asked about unless they are named. */
const MOST_ASKED_ABOUT = 20;

/** What an update would bring, what there is beyond it, and why one does not get that. Fetches no package and changes nothing. */
export async function outdated(context: EngineContext, names: readonly string[], options: CallOptions): Promise<OutdatedReport> {
	const base = await context.home.current();
	requireInstalled(base, names);
	const wanted = names.length > 0 ? names : Object.keys(base.lock.roots);
	const { asked, unlocked, preferred = base.lock } = updateOf(base, { names: [], toLatest: false });
	const rules = await readRules(context, { choices: {}, settings: base.settings, asked: [], lock: base.lock }, options);
	const roots = mergeRoots(base.lock, asked);
	const outcome = await resolveOutcome(context, { roots, lock: preferred, unlocked, asksAnew: 'all', rules }, options);
	if (outcome.type === 'gave-up') {
		throw gaveUp(outcome.conflicts);
	}

	const resolution = outcome.type === 'resolved' ? outcome.resolution : null;
	const plugins: OutdatedPlugin[] = [];
	const most = names.length > 0 ? names.length : MOST_ASKED_ABOUT;
	let behindCount = 0;
	for (const name of wanted) {
		const known = await describe(context, { base, name, roots, rules, resolution }, options);
		if (known !== null) {
			behindCount += known.isBehind ? 1 : 0;
			plugins.push({ ...known.plugin, reasons: behindCount > most ? heldReasons(known.plugin) : await known.askWhy() });
		}
	}

	return {
		generation: base.number,
		plugins,
		checkedCount: wanted.length,
		unaskedCount: Math.max(0, behindCount - most),
		metadataFrom: await metadataFrom(context, base, wanted),
		unsolvable: outcome.type === 'unsolvable' ? outcome.failure.sentences : [],
	};
}

type Described = {
	readonly base: Generation;
	readonly name: string;
	readonly roots: readonly RootRequest[];
	readonly rules: ResolveRules;
	readonly resolution: Resolution | null;
};

type DescribedPlugin = {
	readonly plugin: Omit<OutdatedPlugin, 'reasons'>;
	/** And an update would leave it so. */
	readonly isBehind: boolean;
	/** One solve when it is behind. */
	readonly askWhy: () => Promise<readonly NotLatestReason[]>;
};

/** Null for a plugin that is the latest. */
async function describe(context: EngineContext, described: Described, options: CallOptions): Promise<DescribedPlugin | null> {
	const { base, name, resolution } = described;
	const known = await look(context, { base, name }, options);
	if (known === null) {
		return null;
	}

	const { spec, current, index, latest } = known;
	const isHeld = base.settings.held.includes(name);
	const resolved = resolution?.packages.find(({ id }) => id === resolution.roots[name]?.instance)?.version ?? null;
	const wanted = isHeld ? current : resolved;
	const isBehind = semver.gt(latest, current, { loose: true });
	if (!isBehind && (wanted === null || wanted === current)) {
		return null;
	}

	const question = { ...described, root: { name, spec }, index, chosen: wanted ?? current, latest, lock: base.lock };
	return {
		plugin: {
			name,
			current,
			wanted,
			latest,
			publishedAt: publishedAt(index, wanted === current ? latest : (wanted ?? latest)),
			spec,
			isHeld,
		},
		isBehind: isBehind && question.chosen !== latest,
		askWhy: () => reasonsOf(context, { question, isHeld, isBehind }, options),
	};
}

function publishedAt(index: PackageIndex, version: string): string | null {
	const position = index.indexOfVersion(version);
	const at = position < 0 ? null : index.publishedAt(position);
	return at === null ? null : new Date(at).toISOString();
}

type Known = { readonly spec: string; readonly current: string; readonly index: PackageIndex; readonly latest: string };

/** Null for what the registry does not have any more. */
async function look(
	context: EngineContext,
	{ base: { lock }, name }: Pick<Described, 'base' | 'name'>,
	options: CallOptions,
): Promise<Known | null> {
	const entry = lock.roots[name];
	const locked = lock.packages[entry?.instance ?? ''];
	const asking = { signal: options.signal, ...timesNeeded(context) };
	const answer = (await context.registry.metadata.load(locked === undefined ? [] : [locked.name], asking)).get(locked?.name ?? '');
	const latest = answer?.type === 'found' ? latestVersion(answer.index) : null;
	return entry === undefined || locked === undefined || answer?.type !== 'found' || latest === null
		? null
		: { spec: entry.spec, current: locked.version, index: answer.index, latest };
}

async function reasonsOf(
	context: EngineContext,
	{ question, isHeld, isBehind }: { readonly question: LatestQuestion; readonly isHeld: boolean; readonly isBehind: boolean },
	options: CallOptions,
): Promise<readonly NotLatestReason[]> {
	const reasons = isBehind ? await whyNotLatest(context, question, options) : [];
	// What the solver would rather have is no reason for what it is not asked to move.
	return isHeld ? [...heldReasons({ isHeld }), ...reasons.filter(({ code }) => code !== 'preference')] : reasons;
}

function heldReasons({ isHeld }: Pick<OutdatedPlugin, 'isHeld'>): readonly NotLatestReason[] {
	return isHeld ? [{ code: 'held', text: 'held', lifts: null }] : [];
}

/** The oldest answer of a registry that the report rests on. */
async function metadataFrom(context: EngineContext, { lock }: Generation, names: readonly string[]): Promise<string | null> {
	const packages = names.flatMap((name) => lock.packages[lock.roots[name]?.instance ?? '']?.name ?? []);
	const known = [...(await context.registry.knownLatest(packages)).values()].map(({ fetchedAt }) => fetchedAt);
	return known.length === 0 ? null : new Date(Math.min(...known)).toISOString();
}
