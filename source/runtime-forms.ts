import { parseBytes, parseMilliseconds } from './commands/amounts.ts';
import { EngineError, type RuntimePlugin } from './engine/index.ts';
import { cleanLine } from './format.ts';
import type { KeyName } from './keys/binding.ts';
import type { RuntimeAct } from './runtime-view.ts';
import type { FormField, RunForm } from './state.ts';
import { lineOf, lineText } from './terminal/line-editor.ts';

/** The limits of a plugin that runs, to be changed. */
export function limitsForm({ plugin, limits }: RuntimePlugin, key: KeyName): RunForm {
	const field = (name: string, label: string, text: string): FormField => ({
		name,
		label,
		kind: 'text',
		required: true,
		line: lineOf(text),
	});
	return {
		about: 'limits',
		target: plugin,
		task: null,
		description: `They hold from now on and until a reload. ${key('submit', 'form')} sets them.`,
		fields: [
			field('memory', 'memory', `${limits.memoryBytes / 1024 ** 2}MiB`),
			field('cpu', 'processor time a call', `${limits.cpuMilliseconds / 1000}s`),
			field('wall', 'time a call', `${limits.wallMilliseconds / 1000}s`),
		],
		focused: 0,
		problem: null,
	};
}

/** What the filled form would set; only what differs. */
export function limitsOf(
	form: RunForm,
	{ limits }: RuntimePlugin,
): { readonly limits: Extract<RuntimeAct, { readonly type: 'limits' }>['limits'] } | { readonly problem: string } {
	const text = (name: string): string => lineText(form.fields.find((field) => field.name === name)?.line ?? lineOf(''));
	try {
		const wanted = {
			memoryBytes: parseBytes(text('memory'), 'memory'),
			cpuMilliseconds: parseMilliseconds(text('cpu'), 'cpu'),
			wallMilliseconds: parseMilliseconds(text('wall'), 'wall'),
		};
		const changed = (['memoryBytes', 'cpuMilliseconds', 'wallMilliseconds'] as const).filter((name) => wanted[name] !== limits[name]);
		return { limits: Object.fromEntries(changed.map((name) => [name, wanted[name]])) };
	} catch (error) {
		if (error instanceof EngineError) {
			return { problem: cleanLine(`${error.message} ${error.hint ?? ''}`) };
		}

		throw error;
	}
}
