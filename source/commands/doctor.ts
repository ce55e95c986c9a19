import type { DoctorCheck, DoctorReport } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { Tone } from '../theme.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals, SANDBOX_FLAGS } from './flags.ts';
import { joinBlocks, paragraphLines, type View } from './layout.ts';

export const doctor: CommandDefinition<DoctorReport> = {
	name: 'doctor',
	aliases: [],
	summary: 'Check the machine, the home and the registry',
	usage: '',
	flags: {
		...SANDBOX_FLAGS,
		fix: { type: 'boolean', description: 'Put right what can be put right safely' },
	},
	examples: ['plugward doctor', 'plugward doctor --fix', 'plugward doctor --json'],
	fields: ['checks', 'fixed'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 0, usage: 'doctor' });
		return engine.doctor({ ...call, fix: isSet(parsed, 'fix') });
	},
	runWithoutEngine: async ({ failure, parsed, call, examine }) => examine(failure, { ...call, fix: isSet(parsed, 'fix') }),
	toJson: ({ checks, fixed }) => ({ checks, fixed }),
	toText: doctorText,
	toExitCode: ({ checks }) => (checks.some(({ state }) => state === 'fail') ? 1 : 0),
};

const TONES: Readonly<Record<DoctorCheck['state'], Tone>> = { ok: 'good', warn: 'warning', fail: 'bad' };

function doctorText({ checks, fixed }: DoctorReport, view: View): string {
	const troubles = checks.filter(({ state }) => state !== 'ok').length;
	return joinBlocks([
		fixed.flatMap((text) => paragraphLines(`fixed: ${text}`, { view, tone: 'good' })),
		checks.flatMap(({ id, state, text, fix }) => [
			...paragraphLines(`${state} ${id}: ${text}`, { view, tone: TONES[state] }),
			...(fix === null ? [] : paragraphLines(fix, { view, indent: 5, tone: 'dim' })),
		]),
		paragraphLines(troubles === 0 ? 'Everything is in order.' : `${plural(troubles, 'thing')} to look at.`, { view, tone: 'dim' }),
	]);
}
