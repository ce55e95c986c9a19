import {
	EngineError,
	parsePermission,
	permissionId,
	type Permission,
	stripToLine,
	type ToolPlan,
	type ToolRunResult,
} from '../engine/index.ts';
import { askYesNo } from './ask.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { decide, parseAllowance, quoteWord, readConsentFlags } from './consent.ts';
import { CONSENT_FLAGS, isSet, listFlag, SANDBOX_FLAGS, textFlag } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';
import { connectStreams } from './tool-streams.ts';
import { toolPlanText, wishText } from './tool-text.ts';

const USAGE = 'x <package[@version]> -- arguments';
const SHOWN_DENIALS = 4;

export type ToolOutcome =
	| { readonly type: 'ran'; readonly result: ToolRunResult; readonly kept: { readonly stdout: string; readonly stderr: string } | null }
	| { readonly type: 'forgotten'; readonly name: string; readonly versions: readonly string[] };

export const x: CommandDefinition<ToolOutcome> = {
	name: 'x',
	aliases: ['exec'],
	summary: 'Run the program of a package in the sandbox, without installing it',
	usage: '<package[@version]> -- [arguments]',
	flags: {
		...CONSENT_FLAGS,
		...SANDBOX_FLAGS,
		allow: {
			type: 'string',
			isMultiple: true,
			placeholder: 'PERMISSION',
			description: 'Grant it to this version of the tool, from now on',
		},
		once: { type: 'boolean', description: 'Remember no permission of this run' },
		anyway: { type: 'boolean', description: 'Run it although it imports what the sandbox does not have; calling that fails' },
		bin: { type: 'string', placeholder: 'NAME', description: 'Which program, when the package has several' },
		forget: { type: 'boolean', description: 'Take back what was agreed to and granted, and run nothing' },
	},
	examples: [
		'plugward x cowsay -- hello',
		`plugward x prettier@3 --allow 'fs.read:$project/**' -- --check src`,
		'plugward x marked --yes < README.md',
		'plugward x prettier --forget',
	],
	fields: [
		'plugin',
		'version',
		'bin',
		'level',
		'exitCode',
		'milliseconds',
		'peakMemoryBytes',
		'needs',
		'powers',
		'denied',
		'stdout',
		'stderr',
		'forgotten',
	],
	rows: null,
	run: async (context) => (isSet(context.parsed, 'forget') ? forget(context) : runTool(context)),
	toJson: (outcome) => {
		if (outcome.type === 'forgotten') {
			return { plugin: outcome.name, forgotten: outcome.versions };
		}

		const { result, kept } = outcome;
		return { ...result, milliseconds: Math.round(result.milliseconds), stdout: kept?.stdout ?? null, stderr: kept?.stderr ?? null };
	},
	toText: (outcome, view) => (outcome.type === 'forgotten' ? forgottenText(outcome, view) : ''),
	toNotes: (outcome, view) => (outcome.type === 'ran' ? notesText(outcome.result, view) : ''),
	toExitCode: (outcome) => (outcome.type === 'ran' ? outcome.result.exitCode : 0),
};

async function runTool(context: CommandContext): Promise<ToolOutcome> {
	const { parsed, engine, call, terminal } = context;
	const [spec, ...words] = parsed.positionals;
	if (spec === undefined) {
		throw new EngineError('usage', 'An argument is missing.', { hint: `Type: plugward ${USAGE}` });
	}

	const given = listFlag(parsed, 'allow').map((typed) => permissionOf(spec, typed));
	const acceptYoung = listFlag(parsed, 'acceptYoung');
	const plan = await engine.tools.planTool({ spec, bin: textFlag(parsed, 'bin'), acceptYoung }, call);
	const decisions = await decideRequirements(context, plan);
	const anyway = isSet(parsed, 'anyway');
	// What will be refused is not asked about.
	const isRefused = !anyway && plan.isRefused;
	const asked = plan.isKnown || isRefused || isSet(parsed, 'yes') ? [] : await askForConsent(context, plan, given);
	const connected = connectStreams(terminal);
	try {
		const allow = [...given, ...asked];
		const result = await engine.tools.runTool(plan, {
			...call,
			decisions,
			allow,
			isOnce: isSet(parsed, 'once'),
			...(anyway ? { anyway } : {}),
			arguments: words,
			streams: connected.streams,
		});
		return { type: 'ran', result, kept: connected.kept() };
	} finally {
		connected.release();
	}
}

/** Everything but permissions is decided by a flag, as for an install. Throws `consent-required`. */
async function decideRequirements(context: CommandContext, { plan, isKnown }: ToolPlan) {
	const { decisions, undecided } = decide(plan, { ...readConsentFlags(context.parsed), allow: [] });
	if (undecided.length > 0 && !isKnown) {
		await context.requireConsent({ plan, decisions, undecided });
	}

	return decisions;
}

/** Shows what would run, asks for each permission that the code looks like it will want, and then whether to run at all. */
async function askForConsent(
	{ terminal, call }: CommandContext,
	plan: ToolPlan,
	given: readonly Permission[],
): Promise<readonly Permission[]> {
	const { stdin, stderr, view, canAsk } = terminal;
	if (!canAsk) {
		throw new EngineError('consent-required', `${plan.name} ${plan.version} never ran here, and there is no terminal to ask on.`, {
			hint: 'Add --yes to run it with nothing but what --allow names.',
			details: { level: plan.level, wishes: plan.wishes },
		});
	}

	const surroundings = { stdin, stderr, signal: call.signal };
	stderr.write(`${toolPlanText(plan, given, view)}\n`);
	const allowed: Permission[] = [];
	const known = new Set(given.map(permissionId));
	for (const wish of plan.wishes) {
		for (const suggestion of wish.suggestions.filter((one) => !known.has(one) && !one.endsWith(':HOST'))) {
			if (await askYesNo(wishText(suggestion), surroundings)) {
				allowed.push(parsePermission(suggestion));
			}
		}
	}

	if (!(await askYesNo(`Run ${plan.bin}?`, surroundings))) {
		throw new EngineError('consent-required', 'Nothing was run.', { hint: 'Answer y, or add --yes.' });
	}

	return allowed;
}

function permissionOf(spec: string, typed: string): Permission {
	const allowance = parseAllowance(typed);
	const at = spec.indexOf('@', 1);
	const name = at === -1 ? spec : spec.slice(0, at);
	if (allowance.plugin !== null && allowance.plugin !== name) {
		throw new EngineError('usage', `--allow names ${stripToLine(allowance.plugin)}, but ${stripToLine(spec)} is what runs.`, {
			hint: `Type: --allow ${quoteWord(allowance.permission)}`,
		});
	}

	return parsePermission(allowance.permission);
}

async function forget({ parsed, engine, call }: CommandContext): Promise<ToolOutcome> {
	const [spec = '', ...more] = parsed.positionals;
	if (spec === '' || more.length > 0) {
		throw new EngineError('usage', '--forget takes one tool.', { hint: 'Type: plugward x <package[@version]> --forget' });
	}

	const at = spec.indexOf('@', 1);
	const name = at === -1 ? spec : spec.slice(0, at);
	const versions = await engine.tools.forgetTool({ name, version: at === -1 ? null : spec.slice(at + 1) }, call);
	if (versions.length === 0) {
		throw new EngineError('not-installed', `No version of ${stripToLine(spec)} ever ran here as a tool.`, {
			hint: `Run one: plugward ${USAGE}`,
		});
	}

	return { type: 'forgotten', name, versions };
}

function forgottenText({ name, versions }: Extract<ToolOutcome, { type: 'forgotten' }>, view: View): string {
	return paragraphLines(`Forgot ${name} ${versions.join(', ')}: the next run asks again.`, { view }).join('\n');
}

/** A tool that did its work needs no comment; one that failed may have missed a permission. */
function notesText({ plugin, exitCode, denied, needs, powers }: ToolRunResult, view: View): string {
	if (exitCode === 0) {
		return '';
	}

	const shown = denied.slice(0, SHOWN_DENIALS);
	const rest = denied.length - shown.length;
	const lines = shown.flatMap(({ permission, hint }) => [
		...paragraphLines(`! denied: ${permission}`, { view, tone: 'warning' }),
		...paragraphLines(hint, { view, indent: 2, tone: 'dim' }),
	]);
	if (rest > 0) {
		lines.push(...paragraphLines(`and ${rest} more: plugward permissions explain ${quoteWord(plugin)}`, { view, tone: 'dim' }));
	}

	if (needs.length > 0) {
		const [first] = powers;
		const where =
			first === undefined
				? `${plugin} imports ${needs.length === 1 ? 'it' : 'them'}`
				: `${stripToLine(first.trail)} imports ${first.power}`;
		lines.push(...paragraphLines(`The sandbox has no ${needs.join(', ')}; ${where}.`, { view, tone: 'dim' }));
	}

	return lines.join('\n');
}
