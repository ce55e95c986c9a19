import { EngineError, parsePermission, type Permission, type RuntimePlugin, toEngineError } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { parseAllowance } from './consent.ts';
import { countFlag, isSet, listFlag } from './flags.ts';
import { paragraphLines } from './layout.ts';
import { tellRuntime } from './tell-runtime.ts';

type Started = { readonly type: 'joined' | 'ended'; readonly plugins: readonly RuntimePlugin[] };

export const start: CommandDefinition<Started> = {
	name: 'start',
	aliases: [],
	summary: 'Start plugins that stay, and keep them running until it is interrupted',
	usage: '[plugin|./folder...]',
	flags: {
		allow: {
			type: 'string',
			isMultiple: true,
			placeholder: '[PLUGIN=]PERMISSION',
			description: 'Grant a permission while they run; name the plugin when there are several',
		},
		join: { type: 'boolean', description: 'Start them in the process that runs plugins already, and return' },
		pid: { type: 'number', placeholder: 'PID', description: 'With --join: in which process' },
	},
	examples: ['plugward start', 'plugward start @examples/link-checker ./my-plugin', 'plugward start ./my-plugin --join'],
	fields: ['plugin', 'version', 'level', 'phase', 'calls', 'denied', 'restarts', 'failure'],
	rows: 'plugins',
	run: async (context) => {
		const targets = context.parsed.positionals;
		return isSet(context.parsed, 'join') ? join(context, targets) : stay(context, targets);
	},
	toJson: ({ plugins }) => ({ plugins }),
	toText: ({ type, plugins }, view) =>
		(type === 'joined'
			? plugins.map(({ plugin, version, pid }) => `${plugin} ${version} runs in process ${pid ?? '-'}.`)
			: [`Stopped ${plural(plugins.length, 'plugin')}.`]
		)
			.flatMap((text) => paragraphLines(text, { view }))
			.join('\n'),
};

async function join({ engine, parsed, call }: CommandContext, targets: readonly string[]): Promise<Started> {
	if (targets.length === 0) {
		throw new EngineError('usage', '--join needs the name of a plugin or a folder.', { hint: 'Type: plugward start PLUGIN --join' });
	}

	const pid = countFlag(parsed, 'pid', 1);
	const plugins: RuntimePlugin[] = [];
	for (const target of targets) {
		const allow = grantsFor(target, { targets, typed: listFlag(parsed, 'allow') });
		// As it was before, when nothing is said of it now.
		plugins.push(await engine.cores.start({ target, allow: allow.length === 0 ? null : allow, pid }, call));
	}

	return { type: 'joined', plugins };
}

async function stay(context: CommandContext, targets: readonly string[]): Promise<Started> {
	const { engine, parsed, call } = context;
	if (countFlag(parsed, 'pid', 1) !== null) {
		throw new EngineError('usage', '--pid says where to start with --join.', { hint: 'Leave it out, or add: --join' });
	}

	const wanted = targets.length === 0 ? await thoseThatStay(context) : targets;
	using _ = tellRuntime(engine, call);
	await Promise.all(
		wanted.map(async (target) => {
			try {
				const allow = grantsFor(target, { targets: wanted, typed: listFlag(parsed, 'allow') });
				await engine.runtime.start({ target, allow }, call);
			} catch (error) {
				const failure = toEngineError(error, { code: 'internal', message: `${target} could not be started.` });
				if (targets.length > 0 || failure.code === 'cancelled') {
					throw failure;
				}

				context.warn({ code: failure.code, text: `${target} was not started: ${failure.message}` });
			}
		}),
	);
	if (engine.runtime.list().every(({ phase }) => phase === 'stopped' || phase === 'quarantined')) {
		throw new EngineError('plugin-failed', 'None of the plugins could be started.', { hint: 'Look at: plugward audit-log show' });
	}

	await untilInterrupted(call.signal);
	const plugins = engine.runtime.list();
	// The signal has fired already; a second one ends the process.
	const ending = { signal: new AbortController().signal, onEvent: call.onEvent };
	const running = plugins.filter(({ phase }) => phase !== 'stopped');
	await Promise.all(running.map(({ plugin }) => engine.runtime.stop({ plugin, force: false }, ending)));
	return { type: 'ended', plugins };
}

/** Installed, not disabled, and made to stay. */
async function thoseThatStay({ engine, call }: CommandContext): Promise<readonly string[]> {
	const names = (await engine.list(call)).plugins.filter(({ stays, isDisabled }) => stays && !isDisabled).map(({ name }) => name);
	if (names.length === 0) {
		throw new EngineError('usage', 'No installed plugin says in its package.json that it stays.', {
			hint: 'Name the plugins to keep running: plugward start PLUGIN...',
		});
	}

	return names;
}

function grantsFor(
	target: string,
	{ targets, typed }: { readonly targets: readonly string[]; readonly typed: readonly string[] },
): readonly Permission[] {
	return typed.map(parseAllowance).flatMap(({ plugin, permission }) => {
		if (plugin === null && targets.length > 1) {
			throw new EngineError('usage', `--allow ${permission} does not say which plugin is meant.`, {
				hint: `For example: --allow ${targets[0] ?? ''}=${permission}`,
			});
		}

		if (plugin !== null && !targets.includes(plugin)) {
			throw new EngineError('usage', `--allow names ${plugin}, but ${targets.join(', ')} is what runs.`);
		}

		return plugin === null || plugin === target ? [parsePermission(permission)] : [];
	});
}

async function untilInterrupted(signal: AbortSignal): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	// A signal alone keeps no process alive, and the doors of the plugins do not either.
	const timer = setInterval(() => undefined, 0x7f_ff_ff_ff);
	signal.addEventListener('abort', () => resolve(), { once: true });
	if (signal.aborted) {
		resolve();
	}

	await promise;
	clearInterval(timer);
}
