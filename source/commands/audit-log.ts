import { type AuditLogCheck, type AuditLogPage, EngineError, type ExportedAuditLog, stripToLine } from '../engine/index.ts';
import { auditLogText } from './audit-log-text.ts';
import type { CommandContext, CommandDefinition, JsonData } from './command.ts';
import { countFlag, dashed, listFlag, requirePositionals, textFlag } from './flags.ts';
import { plural } from '../format.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type AuditLogResult =
	| ({ readonly type: 'shown'; readonly isSingle: boolean } & AuditLogPage)
	| ({ readonly type: 'verified'; readonly file: string | null } & AuditLogCheck)
	| ({ readonly type: 'exported' } & ExportedAuditLog);

const USAGE = 'audit-log show [NUMBER] | verify [FILE] | export FILE|-';
const SHOWN = 50;

export const auditLog: CommandDefinition<AuditLogResult> = {
	name: 'audit-log',
	aliases: [],
	summary: 'Show, verify or export what was run, granted and denied',
	usage: 'show [number] | verify [file] | export <file|->',
	subcommands: [
		['show [number]', 'What was run, granted, denied and changed, newest last'],
		['verify [file]', 'That nothing was changed or taken out of it'],
		['export <file|->', 'All of it, for another machine to keep'],
	],
	flags: {
		plugin: { type: 'string', placeholder: 'NAME', description: 'With show: only what is about this plugin' },
		event: { type: 'string', isMultiple: true, placeholder: 'EVENT', description: 'With show: only these, for instance permission-denied' },
		since: { type: 'string', placeholder: 'AGE|DATE', description: 'With show: 30m, 12h, 7d, 2w, or a date' },
		last: { type: 'number', placeholder: 'N', description: `With show: the newest N that match (${SHOWN})` },
		holds: { type: 'string', placeholder: 'HASH', description: 'With verify: fail unless the line with this hash is there' },
	},
	examples: [
		'plugward audit-log show --event permission-denied --since 7d',
		'plugward audit-log show --plugin @examples/link-checker --last 5',
		'plugward audit-log verify',
		'plugward audit-log export audit.jsonl',
	],
	fields: [
		'type',
		'total',
		'matched',
		'unreadable',
		'records',
		'file',
		'first',
		'lines',
		'bytes',
		'head',
		'tornBytes',
		'broken',
		'holdsHash',
		'sha256',
	],
	rows: null,
	run: runAuditLog,
	toJson,
	toText: auditLogText,
	toFailure: failureOf,
};

async function runAuditLog(context: CommandContext): Promise<AuditLogResult> {
	const { engine, parsed, call } = context;
	requirePositionals(parsed, { least: 1, most: 2, usage: USAGE });
	const [word = '', argument = null] = parsed.positionals;
	switch (word) {
		case 'show':
			refuseFlags(context, ['holds'], word);
			return {
				type: 'shown',
				isSingle: argument !== null,
				...(await engine.auditLog.show(
					{
						plugin: textFlag(parsed, 'plugin'),
						events: listFlag(parsed, 'event'),
						since: textFlag(parsed, 'since'),
						last: countFlag(parsed, 'last', 1) ?? SHOWN,
						number: argument === null ? null : parseNumber(argument),
					},
					call,
				)),
			};
		case 'verify':
			refuseFlags(context, ['plugin', 'event', 'since', 'last'], word);
			return {
				type: 'verified',
				file: argument,
				...(await engine.auditLog.verify({ file: argument, hash: textFlag(parsed, 'holds') }, call)),
			};
		case 'export':
			// A chain with lines left out could not be verified any more.
			refuseFlags(context, ['plugin', 'event', 'since', 'last', 'holds'], word);
			return { type: 'exported', ...(await engine.auditLog.export(requireFile(context, argument), call)) };
		default:
			throw unknownSubcommand({ command: 'audit-log', word, known: ['show', 'verify', 'export'], usage: USAGE });
	}
}

function refuseFlags({ parsed }: CommandContext, flags: readonly string[], word: string): void {
	const given = flags.find(
		(flag) => listFlag(parsed, flag).length > 0 || !(parsed.flags[flag] === undefined || Array.isArray(parsed.flags[flag])),
	);
	if (given !== undefined) {
		throw new EngineError('usage', `--${dashed(given)} does not go with audit-log ${word}.`, { hint: `Leave it out: plugward ${USAGE}` });
	}
}

function requireFile({ parsed }: CommandContext, argument: string | null): string | null {
	if (argument === null) {
		throw new EngineError('usage', 'No file was named.', {
			hint: 'For example: plugward audit-log export audit.jsonl, or - for standard output.',
		});
	}

	if (argument === '-' && (parsed.flags['json'] !== undefined || parsed.flags['events'] === true)) {
		throw new EngineError('usage', 'Standard output cannot hold both the log and --json or --events.', {
			hint: 'Export into a file instead.',
		});
	}

	return argument === '-' ? null : argument;
}

function parseNumber(text: string): number {
	if (!/^[1-9]\d{0,14}$/.test(text)) {
		throw new EngineError('usage', `"${stripToLine(text)}" is not the number of a line.`, {
			hint: 'For example: plugward audit-log show 12',
		});
	}

	return Number(text);
}

function toJson(result: AuditLogResult): JsonData {
	switch (result.type) {
		case 'shown': {
			const { isSingle: _, ...shown } = result;
			return shown;
		}
		case 'verified':
			return result;
		case 'exported': {
			const { text: _, ...exported } = result;
			return exported;
		}
	}
}

function failureOf(result: AuditLogResult): EngineError | null {
	if (result.type === 'shown' && result.isSingle && result.records.length === 0) {
		return new EngineError('usage', `The audit log has ${plural(result.total, 'line')}, and none with that number that matches.`, {
			hint: 'See them: plugward audit-log show',
		});
	}

	if (result.type !== 'verified') {
		return null;
	}

	if (result.broken !== null) {
		return new EngineError('verification-failed', `The audit log is broken at line ${result.broken.line}: ${result.broken.text}.`, {
			hint: `${holdingLines(result.broken)}; compare the rest with a copy kept elsewhere.`,
		});
	}

	return result.holdsHash === false
		? new EngineError('verification-failed', `The audit log continues from its start to its end, but no line has the hash asked for.`, {
				hint: 'Lines were cut off its end, or all of it was written anew; compare it with a copy kept elsewhere.',
			})
		: null;
}

/** An edited line shows only where the next one continues from it, so that the last one before a broken link is in doubt as well. */
function holdingLines({ line, problem }: NonNullable<AuditLogCheck['broken']>): string {
	const last = problem === 'link' ? line - 2 : line - 1;
	return last < 1 ? 'No line before it is proven' : `Lines 1 to ${last} still hold`;
}
