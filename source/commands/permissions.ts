import {
	EngineError,
	type GrantUse,
	parsePermission,
	type PermissionAnswer,
	type PermissionReport,
	type RevokedGrant,
} from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { joinBlocks, labelledLines, paint, paragraphLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

const USAGE = 'permissions explain PLUGIN [PERMISSION] | revoke PLUGIN PERMISSION';

type Told = { readonly type: 'explained'; readonly report: PermissionReport } | { readonly type: 'revoked'; readonly grant: RevokedGrant };
const LABEL_WIDTH = 12;

export const permissions: CommandDefinition<Told> = {
	name: 'permissions',
	aliases: [],
	summary: 'Tell why calls of a plugin are allowed or denied, or take a grant away',
	usage: 'explain <plugin|./folder> [permission] | revoke <plugin> <permission>',
	flags: { unused: { type: 'boolean', description: 'Also tell which grants no run has ever used' } },
	examples: [
		'plugward permissions explain @examples/link-checker',
		'plugward permissions explain @examples/link-checker net:example.com',
		'plugward permissions explain @examples/link-checker --unused',
		"plugward permissions explain ./my-plugin 'fs.read:$project/notes/a.md'",
		'plugward permissions revoke @examples/link-checker net:example.com',
	],
	fields: ['permission', 'isGranted', 'reason', 'text', 'declared', 'declaration', 'commands', 'revoked', 'pids'],
	rows: 'answers',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 2, most: 3, usage: USAGE });
		const [word = '', target = '', permission = null] = parsed.positionals;
		switch (word) {
			case 'explain': {
				const use = isSet(parsed, 'unused') ? { use: true } : {};
				return { type: 'explained', report: await engine.explainPermissions({ target, permission, ...use }, call) };
			}
			case 'revoke':
				if (permission === null) {
					throw new EngineError('usage', 'An argument is missing: which permission.', { hint: `Type: plugward ${USAGE}` });
				}

				return { type: 'revoked', grant: await engine.revokeGrant({ plugin: target, permission: parsePermission(permission) }, call) };
			default:
				throw unknownSubcommand({ command: 'permissions', word, known: ['explain', 'revoke'], usage: USAGE });
		}
	},
	toJson: (told) => (told.type === 'explained' ? { ...told.report } : { ...told.grant }),
	toText: (told, view) => (told.type === 'explained' ? reportText(told.report, view) : revokedText(told.grant, view)),
};

function revokedText({ plugin, permission, revoked, pids }: RevokedGrant, view: View): string {
	const where =
		pids.length === 0
			? 'It runs nowhere now.'
			: `It has lost it in ${plural(pids.length, 'process', 'processes')} where it runs: ${pids.join(', ')}.`;
	return joinBlocks([
		[
			...(revoked.length === 0
				? paragraphLines(`${plugin} was not granted ${permission} by a generation.`, { view })
				: revoked.flatMap((id) => paragraphLines(`${plugin} no longer has ${id}; no rollback brings it back.`, { view, tone: 'strong' }))),
			...paragraphLines(where, { view }),
		],
	]);
}

function reportText({ plugin, version, level, generation, answers, use }: PermissionReport, view: View): string {
	const where = generation === null ? 'not of a generation' : `generation ${generation}`;
	return joinBlocks([
		paragraphLines(`${plugin} ${version}, level ${level}, ${where}`, { view, tone: 'strong' }),
		...(answers.length === 0 ? [paragraphLines('It asks for nothing, and was denied nothing.', { view })] : []),
		...answers.map((answer) => answerLines(answer, view)),
		...(use === null ? [] : [useLines(use, { plugin, view })]),
	]);
}

function useLines(use: GrantUse, { plugin, view }: { readonly plugin: string; readonly view: View }): readonly string[] {
	const { runs, since, used, unused } = use;
	const seen = runs === 0 ? 'The audit log knows no run of this version.' : `${plural(runs, 'run')} since ${since?.slice(0, 10) ?? ''}.`;
	if (used.length + unused.length === 0) {
		return paragraphLines(`${seen} Nothing is granted to ${plugin}.`, { view });
	}

	return [
		...paragraphLines(`${seen} Used ${used.length} of ${plural(used.length + unused.length, 'grant')}.`, { view }),
		...unused.map(({ permission, grantedAt }) => paint(`never used: ${permission}, granted ${grantedAt.slice(0, 10)}`, 'warning', view)),
	];
}

function answerLines({ permission, isGranted, text, declared, declaration, commands }: PermissionAnswer, view: View): readonly string[] {
	const labelled = (label: string, words: string | null): string[] =>
		words === null ? [] : labelledLines(label, words, { view, labelWidth: LABEL_WIDTH });
	const line = declared === null || declared.line === null ? '' : `line ${declared.line}: `;
	return [
		paint(`${isGranted ? 'allowed' : 'denied'} ${permission}`, isGranted ? 'good' : 'warning', view),
		...labelled('why', text),
		...labelled('package.json', declared === null ? null : `${line}${declared.permission} "${declared.why}"`),
		...command('declare it', declaration, view),
		...command('grant it', commands.always, view),
		...command('for one run', commands.once, view),
	];
}

/** To be copied, so never broken; cleaned by `paint`. */
function command(label: string, text: string | null, view: View): readonly string[] {
	return text === null ? [] : [`  ${paint(label, 'dim', view)}${' '.repeat(LABEL_WIDTH - label.length)}  ${paint(text, 'plain', view)}`];
}
