import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import type { Plan } from '../../plan.ts';
import type { Resolution, RootRequest } from '../../resolver/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchAhead } from '../artefacts/fetch-ahead.ts';
import { fetchArtefacts } from '../artefacts/fetch-artefacts.ts';
import { lockOfResolution } from '../locks/lock-of-resolution.ts';
import { parseSpecs, type RequestedRoot } from '../versions/parse-spec.ts';
import { planOfLock } from './plan-of-lock.ts';
import { changesOverrides, flagsOf, overridesWith, readRules, type RuleChoices } from '../versions/resolve-rules.ts';
import { resolveTree } from '../versions/resolve-tree.ts';
import type { ResolveChoices } from '../../version-questions.ts';

/** Plans to add or change roots. What was not asked for keeps its version where that is possible. */
export async function planInstall(context: EngineContext, specs: readonly string[], options: CallOptions & ResolveChoices): Promise<Plan> {
	if (specs.length === 0) {
		throw new EngineError('usage', 'Nothing was named to install.', { hint: 'For example: plugward install prettier@3' });
	}

	const asked = parseSpecs(specs);
	const base = await context.home.current();
	return planTree(
		context,
		{
			kind: 'install',
			command: `install ${specs.join(' ')}${flagsOf(options)}`,
			base,
			asked,
			unlocked: asked.map(({ name }) => name),
			choices: options,
		},
		options,
	);
}

export type TreePlanRequest = {
	readonly kind: 'install' | 'update' | 'undo' | 'override';
	readonly command: string;
	readonly base: Generation;
	readonly asked: readonly RequestedRoot[];
	readonly unlocked: readonly string[] | 'all';
	/** What keeps its versions, when that is not everything of the base. */
	readonly preferred?: Lock;
	readonly choices?: RuleChoices;
	/** Roots that go. */
	readonly removed?: ReadonlySet<string>;
	/** What is written down as asked for, where that is not what is resolved. */
	readonly specs?: ReadonlyMap<string, string>;
};

/** Resolves, fetches and assesses: the common way of installing and updating. */
export async function planTree(context: EngineContext, request: TreePlanRequest, options: CallOptions): Promise<Plan> {
	const { base, asked, choices = {} } = request;
	const rules = await readRules(context, { choices, settings: base.settings, asked, lock: base.lock }, options);
	const roots = mergeRoots(base.lock, asked).filter(({ name }) => request.removed?.has(name) !== true);
	await using ahead = fetchAhead(context, base.lock, options);
	const resolution = await resolveTree(
		context,
		{
			roots,
			lock: request.preferred ?? base.lock,
			unlocked: request.unlocked,
			asksAnew: request.kind === 'update' ? 'all' : asked.map(({ name }) => name),
			rules,
			...(context.options.offline ? {} : { onLikely: ahead.onLikely }),
			// Another command would have to be written another way.
			...(request.kind === 'install' && { typed: { specs: asked.map((root) => typedSpec(root)), choices } }),
		},
		options,
	);
	const artefacts = await fetchArtefacts(context, resolution, { ...options, base: base.lock, ahead });
	const lock = lockOfResolution(resolution, {
		integrities: artefacts.integrities,
		specs: new Map([...specsToKeep(resolution, { base: base.lock, asked }), ...(request.specs ?? [])]),
	});
	const named = new Set(asked.map(({ name }) => name));
	const plan = await planOfLock(
		context,
		{
			kind: request.kind,
			command: request.command,
			base,
			lock,
			named,
			fetched: { bytes: artefacts.fetchedBytes, count: artefacts.fetched.length },
			notices: resolution.warnings.map((text) => ({ severity: 'warning' as const, text })),
		},
		options,
	);
	if (!changesOverrides(choices)) {
		return plan;
	}

	const { held, disabled } = base.settings;
	return { ...plan, settings: { held, disabled, overrides: overridesWith(base.settings, choices) } };
}

function typedSpec({ name, spec, isBare }: RequestedRoot): string {
	return isBare ? name : `${name}@${spec}`;
}

/** What is installed stays asked for; a tag that nobody asked to move stands for the version it meant. */
export function mergeRoots(lock: Lock, asked: readonly RequestedRoot[]): readonly RootRequest[] {
	const roots = new Map<string, RootRequest>();
	for (const [name, { spec, instance }] of Object.entries(lock.roots)) {
		const locked = lock.packages[instance];
		roots.set(name, { name, spec: isTag(spec) && locked !== undefined ? locked.version : spec });
	}

	for (const { name, spec } of asked) {
		roots.set(name, { name, spec });
	}

	return [...roots.values()];
}

function specsToKeep(resolution: Resolution, { base, asked }: { readonly base: Lock; readonly asked: readonly RequestedRoot[] }) {
	const specs = new Map(Object.entries(base.roots).map(([name, { spec }]) => [name, spec]));
	const versions = new Map(resolution.packages.map(({ id, version }) => [id, version]));
	for (const { name, spec, isBare } of asked) {
		const version = versions.get(resolution.roots[name]?.instance ?? '');
		specs.set(name, isBare && version !== undefined ? `^${version}` : spec);
	}

	return specs;
}

// A range or a version has a digit, an operator or a wildcard first; a tag is a word.
function isTag(spec: string): boolean {
	return /^[a-z]/i.test(spec) && !/^(?:v\d|x$|npm:)/i.test(spec);
}
