import { cleanLine, cleanLines, fit, formatBytes, formatDuration, formatSeconds, plural, progressWords, truncate } from '../../format.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { Operation, OperationStep, OutputLine } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line, Tone } from '../../theme.ts';
import { changeLine } from '../rows.ts';
import { failureDocument } from './failure-document.ts';
import { collectedLines, comparedLines, keptLines } from './generations-document.ts';
import { progressBar, transferLines } from './transfer-lines.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';

const OUTPUT_TONES: Readonly<Record<OutputLine['kind'], Tone>> = {
	log: 'plain',
	warn: 'warning',
	error: 'bad',
	notice: 'dim',
	warning: 'warning',
};
const STEP_WORDS: Readonly<Record<OperationStep['step'], string>> = {
	recover: 'Recover',
	resolve: 'Resolve',
	fetch: 'Fetch',
	verify: 'Verify',
	scan: 'Scan',
	unpack: 'Unpack',
	bundle: 'Bundle',
	sync: 'Make durable',
	switch: 'Switch',
	run: 'Run',
};

type Options = { readonly width: number; readonly retryKey: string; readonly key: KeyName };

/** Live while the operation runs, its record afterwards. */
export function operationDocument(operation: Operation, options: Options): readonly Line[] {
	const { width, retryKey } = options;
	const lines = [
		...operation.steps.map((step) => stepLine(step, operation.watch.at, width)),
		...transferLines(operation, { width, isRunning: isFetching(operation) }),
		...taskLines(operation, width),
		...(operation.output.length === 0 ? [] : [BLANK, ...outputLines(operation, width)]),
		...(operation.failure === null
			? []
			: [...(operation.steps.length === 0 ? [] : [BLANK]), ...failureDocument(operation.failure, width, retryKey)]),
		...resultLines(operation, options),
	];
	// What there is of it begins at the top.
	return lines.slice(
		Math.max(
			0,
			lines.findIndex((line) => line.some(({ text }) => text !== '')),
		),
	);
}

function stepLine(step: OperationStep, now: number, width: number): Line {
	const sign = { running: '>', done: '+', failed: '!' }[step.status];
	const tone = ({ running: 'accent', done: 'good', failed: 'bad' } as const)[step.status];
	const time = step.milliseconds === null ? runningTime(step, now) : formatDuration(step.milliseconds);
	return [
		span(`${sign} ${fit(STEP_WORDS[step.step], 13)}`, tone),
		span(fit(cleanLine(step.detail), Math.max(0, width - 27))),
		span(`  ${time.padStart(10)}`, 'dim'),
	];
}

/** In whole seconds, which change as often as it is looked at. */
function runningTime({ status, startedAt }: OperationStep, now: number): string {
	const seconds = Math.round((now - startedAt) / 1000);
	return status === 'running' && seconds > 0 ? formatSeconds(seconds) : '';
}

/** Whether bytes are awaited just now. */
export function isFetching({ steps }: Operation): boolean {
	return steps.some(({ step, status }) => step === 'fetch' && status === 'running');
}

/** While it runs: how far a task says that it has come. */
function taskLines({ progress, endedAt }: Operation, width: number): readonly Line[] {
	if (progress === null || endedAt !== null) {
		return [];
	}

	const bar = progress.fraction === null ? [] : [...progressBar(progress.fraction, Math.min(30, width - 2)), span('  ')];
	const words = progressWords(progress);
	return [BLANK, [...bar, span(truncate(words, Math.max(8, width - (bar.length === 0 ? 0 : 34))), 'dim')]];
}

function outputLines(operation: Operation, width: number): readonly Line[] {
	return operation.output.flatMap(({ kind, text }) =>
		kind === 'notice' || kind === 'warning'
			? bullet(kind === 'notice' ? 'i' : '!', text, { width, tone: OUTPUT_TONES[kind] })
			: paragraph(text, width, { tone: OUTPUT_TONES[kind] }),
	);
}

function resultLines(operation: Operation, { width, key }: Options): readonly Line[] {
	const { result } = operation;
	switch (result?.type) {
		case undefined:
			return [];
		case 'planned':
			return [
				BLANK,
				...paragraph(
					`The plan is ready: ${plural(result.plan.changes.length, 'change')}. ${key('open', 'operation')} reviews it; nothing has changed yet.`,
					width,
				),
			];
		case 'applied':
			return appliedLines(result.applied, { width, key });
		case 'verified':
			return verifiedLines(result.report, width);
		case 'kept':
			return keptLines(result, width);
		case 'compared':
			return comparedLines(result.diff, width);
		case 'collected':
			return collectedLines(result.report, { width, key });
		case 'told':
			return [BLANK, ...result.sentences.flatMap((sentence) => paragraph(sentence, width))];
		case 'ran':
			return ranLines(result.run, width);
	}
}

function appliedLines(
	applied: Extract<Operation['result'], { readonly type: 'applied' }>['applied'],
	{ width, key }: Pick<Options, 'width' | 'key'>,
): readonly Line[] {
	if (applied.unchanged) {
		return [BLANK, ...paragraph('Nothing to change: this is already so. No generation was written.', width)];
	}

	return [
		BLANK,
		[
			span('+ Done. ', 'good'),
			span(`Generation ${applied.toGeneration} is current`, 'strong'),
			span(` (was ${applied.fromGeneration})`, 'dim'),
		],
		BLANK,
		...applied.changes.map((change) => changeLine(change, width)),
		...applied.granted.flatMap((grant) => bullet('[x]', `${grant.plugin} may use ${grant.permission}`, { width, tone: 'good' })),
		...applied.denied.flatMap((grant) => bullet('[ ]', `${grant.plugin} was denied ${grant.permission}`, { width, tone: 'warning' })),
		BLANK,
		...fact(
			'Undo',
			`${key('undo', 'operation')} goes back to generation ${applied.fromGeneration}; ${key('back', 'operation')} closes`,
			width,
			'accent',
		),
	];
}

function verifiedLines(report: Extract<Operation['result'], { readonly type: 'verified' }>['report'], width: number): readonly Line[] {
	const summary = `${plural(report.packagesChecked, 'package')}, ${plural(report.filesChecked, 'file')}, ${formatBytes(report.bytesChecked)} checked in generation ${report.generation}`;
	return [
		BLANK,
		...(report.findings.length === 0
			? bullet('+', `Everything is as it was verified: ${summary}.`, { width, tone: 'good' })
			: [
					...bullet('!', `${plural(report.findings.length, 'finding')}: ${summary}.`, { width, tone: 'bad' }),
					BLANK,
					...report.findings.flatMap((finding) => [
						[
							span(`! ${finding.problem}`, 'bad'),
							span(`  ${cleanLine(finding.id)}${finding.path === null ? '' : `  ${cleanLine(finding.path)}`}`),
						],
						...paragraph(cleanLine(finding.text), width, { indent: 2, tone: 'dim' }),
					]),
				]),
	];
}

function ranLines(run: Extract<Operation['result'], { readonly type: 'ran' }>['run'], width: number): readonly Line[] {
	const memory = run.peakMemoryBytes === null ? '' : `, ${formatBytes(run.peakMemoryBytes)} at most`;
	return [
		BLANK,
		[span('+ Done ', 'good'), span(`in ${formatDuration(run.milliseconds)}${memory}`, 'dim')],
		BLANK,
		heading('Result'),
		...jsonLines(run.output, width),
		...(run.denied.length === 0
			? []
			: [
					BLANK,
					heading('Refused while it ran'),
					...run.denied.flatMap((denied) => [
						...bullet('!', `${denied.permission}  ${plural(denied.count, 'time')}`, { width, tone: 'warning' }),
						...paragraph(cleanLine(denied.hint), width, { indent: 2, tone: 'accent' }),
					]),
				]),
	];
}

function jsonLines(value: unknown, width: number): readonly Line[] {
	const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'nothing');
	return cleanLines(text).flatMap((line) => {
		const indent = /^ */.exec(line)?.[0].length ?? 0;
		return paragraph(line.trimStart(), width, { indent });
	});
}
