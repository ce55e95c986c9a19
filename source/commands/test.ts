import { EngineError, type TestedCase, type TestReport } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals, SANDBOX_FLAGS } from './flags.ts';
import { joinBlocks, paint, paragraphLines, titleLine, type View } from './layout.ts';

const SIGNS: Readonly<Record<TestedCase['state'], string>> = { passed: 'ok', failed: 'not ok', skipped: 'skip', todo: 'todo' };

export const test: CommandDefinition<TestReport> = {
	name: 'test',
	aliases: [],
	summary: "Run the tests of a plugin's folder in the sandbox",
	usage: '<./folder> [part of a file name...]',
	flags: SANDBOX_FLAGS,
	examples: ['plugward test ./my-plugin', 'plugward test ./my-plugin count-words'],
	fields: ['file', 'problem', 'tests'],
	rows: 'files',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 50, usage: 'test ./FOLDER' });
		const [target = '', ...only] = parsed.positionals;
		return engine.testPlugin({ target, only }, call);
	},
	toJson: (report) => ({ ...report }),
	toText: reportText,
	toFailure: ({ passed, failed, skipped }) =>
		failed === 0 ? null : new EngineError('plugin-failed', `${plural(failed, 'test')} of ${passed + failed + skipped} failed.`),
};

function reportText({ plugin, version, files, passed, failed, skipped }: TestReport, view: View): string {
	return joinBlocks([
		...files.map(({ file, problem, tests }) => [
			titleLine(file, view),
			...(problem === null ? [] : paragraphLines(problem, { view, indent: 2, tone: 'bad' })),
			...tests.flatMap((one) => caseLines(one, view)),
		]),
		paragraphLines(`${plugin} ${version}: ${passed} passed, ${failed} failed, ${skipped} skipped.`, {
			view,
			tone: failed === 0 ? 'good' : 'bad',
		}),
	]);
}

function caseLines({ name, state, message }: TestedCase, view: View): readonly string[] {
	return [
		`  ${paint(`${SIGNS[state]} ${name}`, state === 'failed' ? 'bad' : state === 'passed' ? 'plain' : 'dim', view)}`,
		...(message === null ? [] : paragraphLines(message, { view, indent: 6, tone: 'dim' })),
	];
}
