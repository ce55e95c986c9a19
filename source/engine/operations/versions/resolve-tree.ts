import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Lock } from '../../lock.ts';
import type { Failure, OnLikely, Resolution, ResolveOutcome, ResolvePolicy, RootRequest } from '../../resolver/index.ts';
import { ageIsJudged } from './age.ts';
import { untimedWarning } from './as-of.ts';
import type { EngineContext } from '../engine-context.ts';
import { npmRangeRules } from './npm-range-rules.ts';
import type { ResolveRules } from './resolve-rules.ts';
import { suggestedCommand } from '../answers/suggested-command.ts';
import type { ResolveChoices } from '../../version-questions.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;
/** A solve takes well under a second; past this it would not end in a time anyone waits for. */
const SOLVE_BUDGET_MILLISECONDS = 30_000;

export type TreeRequest = {
	readonly roots: readonly RootRequest[];
	readonly lock: Lock | null;
	readonly unlocked: readonly string[] | 'all';
	/** Whose stored metadata is not good enough, however young: what the user named, or everything for an update. */
	readonly asksAnew: readonly string[] | 'all';
	readonly rules: ResolveRules;
	/** What the user typed, so that a failure can say what to type instead. */
	readonly typed?: Typed;
	/** Told of versions that will most likely be chosen, while that is still being worked out. */
	readonly onLikely?: OnLikely;
};

type Typed = { readonly specs: readonly string[]; readonly choices: ResolveChoices };

/**
 * Solves and checks. When metadata from the store gives no solution, the registry is asked again, once, since a version published a minute
 * ago may be the missing one. Throws `package-not-found`, `no-matching-version`, `no-solution` or `resolver-gave-up`, and what the
 * registry throws.
 */
export async function resolveTree(context: EngineContext, request: TreeRequest, options: CallOptions): Promise<Resolution> {
	return resolutionOf(await resolveOutcome(context, request, options), request.typed ?? null);
}

/** The same with what went wrong as data. Throws only what the registry throws. */
export async function resolveOutcome(context: EngineContext, request: TreeRequest, options: CallOptions): Promise<ResolveOutcome> {
	const names = request.roots.map(({ name }) => name);
	const detail = names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
	context.registry.expire(request.asksAnew);
	context.registry.rely(keptNames(request));
	return runStep({ name: 'resolve', detail, onEvent: options.onEvent }, async () => {
		const outcome = await solveOnce(context, request, options);
		const mayBeOutOfDate = outcome.type === 'unsolvable' && outcome.failure.kind !== 'package-not-found';
		return mayBeOutOfDate && context.registry.expireUnasked() ? solveOnce(context, request, options) : outcome;
	});
}

// What keeps its version needs no news of it. It is expired like everything else that was not asked for when there is no solution.
function keptNames({ lock, unlocked, asksAnew }: TreeRequest): readonly string[] {
	if (lock === null || unlocked === 'all' || asksAnew === 'all') {
		return [];
	}

	const moving = new Set([...unlocked, ...asksAnew]);
	return Object.values(lock.packages).flatMap(({ name }) => (moving.has(name) ? [] : [name]));
}

/** One solve from what is known, as a question beside another one. */
export async function solveOnce(
	context: EngineContext,
	{ rules, onLikely, ...request }: Omit<TreeRequest, 'asksAnew' | 'typed'>,
	options: CallOptions,
): Promise<ResolveOutcome> {
	const { metadata } = context.registry;
	const asked = new Map(request.roots.map(({ name, spec }) => [name, spec]));
	const { resolve, verifyResolution } = await import('../../resolver/index.ts');
	const resolveRequest = {
		...request,
		overrides: rules.overrides,
		platform: context.platform,
		policy: await resolvePolicy(context, rules, request.lock),
	};
	const outcome = await resolve(resolveRequest, {
		provider: { load: (names, loading) => metadata.load(names, { ...loading, asked, ...(onLikely === undefined ? {} : { onLikely }) }) },
		signal: options.signal,
		budgetMilliseconds: SOLVE_BUDGET_MILLISECONDS,
	});
	if (outcome.type !== 'resolved') {
		return outcome;
	}

	const { resolution } = outcome;
	const problems = verifyResolution(resolution, resolveRequest, await npmRangeRules());
	if (problems.length > 0) {
		throw new EngineError('internal', `The resolver gave a tree that its own checker refuses: ${problems[0]?.text ?? ''}`, {
			details: problems,
		});
	}

	const untimed = rules.asOf === null ? null : untimedWarning(resolution.packages);
	return untimed === null ? outcome : { ...outcome, resolution: { ...resolution, warnings: [...resolution.warnings, untimed] } };
}

async function resolvePolicy(context: EngineContext, { asOf, acceptsYoung }: ResolveRules, lock: Lock | null): Promise<ResolvePolicy> {
	const revocations = await context.home.revocations();
	// What is installed was judged when it came; as of an earlier day it need not have been there.
	const installed = new Set(asOf === null ? Object.values(lock?.packages ?? {}).map(({ name, version }) => `${name}@${version}`) : []);
	return {
		minimumAgeMilliseconds: context.policy.minimumAgeHours * MILLISECONDS_PER_HOUR,
		now: context.clock().getTime(),
		asOf,
		denied: [],
		engines: 'preferred',
		ageExempt: (name, version) => !ageIsJudged(context, name) || acceptsYoung(name, version) || installed.has(`${name}@${version}`),
		revoked: revocations.flatMap((revocation) =>
			revocation.type === 'version'
				? [{ name: revocation.name, version: revocation.version, reason: revocation.reason ?? 'revoked by the user' }]
				: [],
		),
	};
}

function resolutionOf(outcome: ResolveOutcome, typed: Typed | null): Resolution {
	switch (outcome.type) {
		case 'resolved':
			return outcome.resolution;
		case 'gave-up':
			throw gaveUp(outcome.conflicts);
		case 'unsolvable':
			throw failureError(outcome.failure, typed);
	}
}

export function gaveUp(conflicts: number): EngineError {
	return new EngineError('resolver-gave-up', `No answer after ${conflicts} conflicts; the search was stopped.`, {
		hint: 'Ask for narrower versions, for instance NAME@MAJOR, so that there is less to search.',
	});
}

/** What a command ends with that cannot do without a solution. */
function failureError(failure: Failure, typed: Typed | null): EngineError {
	const suggestions = failure.suggestions.map((suggestion) => ({
		...suggestion,
		command: typed === null ? null : suggestedCommand(suggestion, typed),
	}));
	const told = { ...failure, suggestions };
	return new EngineError(codeOf(failure), failure.sentences.join('\n'), { details: told, hint: hintFor(told) });
}

type ToldFailure = Omit<Failure, 'suggestions'> & {
	readonly suggestions: readonly { readonly sentence: string; readonly command: string | null }[];
};

function hintFor({ kind, conflicts, suggestions }: ToldFailure): string {
	const facts = conflicts.flatMap((conflict) => conflict.facts);
	const name = facts.flatMap((fact) => (fact.type === 'not-found' || fact.type === 'no-version' ? [fact.name] : []))[0] ?? 'NAME';
	switch (kind) {
		case 'package-not-found':
			return `Check the spelling, or look for it: plugward search ${wordsOf(name)}`;
		case 'no-matching-version':
			return `See its versions: plugward info ${name} --versions`;
		case 'conflict':
			return suggestionHint(suggestions[0]) ?? 'Ask for other versions, or install them into homes of their own: --home FOLDER';
	}
}

/** What helps, and the line that does it. */
function suggestionHint(suggestion: ToldFailure['suggestions'][number] | undefined): string | undefined {
	const command = suggestion?.command ?? null;
	return command === null ? suggestion?.sentence : `${suggestion?.sentence} ${command}`;
}

/** `@scope/left-pad` as one would search for it. */
function wordsOf(name: string): string {
	return name.slice(name.indexOf('/') + 1);
}

function codeOf(failure: Failure): 'package-not-found' | 'no-matching-version' | 'no-solution' {
	return failure.kind === 'conflict' ? 'no-solution' : failure.kind;
}
