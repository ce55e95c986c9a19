import type { AuditRecord } from '../engine/index.ts';
import { formatBytes, formatDuration, formatTime, plural } from '../format.ts';
import type { AuditLogResult } from './audit-log.ts';
import { cell, joinBlocks, labelledLines, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import type { Tone } from '../theme.ts';

const LABEL_WIDTH = 15;

export function auditLogText(result: AuditLogResult, view: View): string {
	switch (result.type) {
		case 'shown':
			return shownText(result, view);
		case 'verified':
			return verifiedText(result, view);
		case 'exported':
			return result.file === null
				? result.text.replace(/\n$/, '')
				: joinBlocks([
						[paint(`Wrote ${result.file}`, 'good', view)],
						[
							...paragraphLines(
								`${plural(result.lines, 'line')}, ${formatBytes(result.bytes)}. Check the copy: plugward audit-log verify FILE`,
								{
									view,
									tone: 'dim',
								},
							),
							...paragraphLines(`sha256 ${result.sha256}`, { view, tone: 'dim' }),
						],
					]);
	}
}

function shownText({ records, matched, total, unreadable, isSingle }: Extract<AuditLogResult, { type: 'shown' }>, view: View): string {
	const [first] = records;
	const broken =
		unreadable === 0
			? []
			: paragraphLines(`! ${plural(unreadable, 'line')} cannot be read. Look: plugward audit-log verify`, { view, tone: 'bad' });
	if (first === undefined) {
		return joinBlocks([
			paragraphLines(total === 0 ? 'Nothing was written to the audit log yet.' : `None of ${plural(total, 'line')} matches.`, { view }),
			broken,
		]);
	}

	if (isSingle) {
		return joinBlocks([recordLines(first, view), broken]);
	}

	return joinBlocks([
		tableLines(
			records.map((record) => [
				cell(String(record.number), 'dim'),
				cell(formatTime(record.time), 'dim'),
				cell(record.event, toneOf(record)),
				recordWords(record),
			]),
			{ view, flexible: 3, alignRight: [0] },
		),
		paragraphLines(
			`${matched === records.length ? plural(matched, 'line') : `The newest ${records.length} of ${plural(matched, 'line')} (--last N)`}; times are UTC. "plugward audit-log show N" tells all of one.`,
			{ view, tone: 'dim' },
		),
		broken,
	]);
}

function recordLines(record: AuditRecord, view: View): string[] {
	const { number, time, event, plugin, version, details } = record;
	const facts = [
		['time', time],
		...(plugin === null ? [] : [['plugin', [plugin, version ?? ''].join(' ').trim()] as const]),
		...Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const),
	] as const;
	return [
		titleLine(`${number} ${event}`, view),
		...facts.flatMap(([label, text]) => labelledLines(label, text, { view, labelWidth: Math.max(LABEL_WIDTH, label.length) })),
	];
}

/** The line in few words; what a plugin chose is cleaned by the table. */
function recordWords({ event, plugin, details }: AuditRecord): string {
	const who = plugin === null ? '' : `${plugin}: `;
	return `${who}${detailWords(event, details)}`;
}

function lifeWords(event: string, { task, runtime }: AuditRecord['details'], text: (key: string) => string): string {
	switch (event) {
		case 'plugin-started':
			return `${task === null ? 'to stay' : `task ${text('task')}`}${runtime === undefined ? '' : ', outside of the isolate'}`;
		case 'plugin-reloaded':
			return `from ${text('from')}: ${text('outcome')}`;
		case 'plugin-quarantined':
			return `after ${text('crashes')} crashes`;
		default:
			return `${text('wallMilliseconds')} ms, ${text('cpuMilliseconds')} ms of processor time, ${text('memoryBytes')} bytes`;
	}
}

function permissionWords(event: string, { scope }: AuditRecord['details'], text: (key: string) => string): string {
	if (event === 'permission-denied') {
		return `${text('permission')} (${text('rule')})`;
	}

	switch (scope) {
		case 'run':
			return `${text('permission')} ${event === 'permission-granted' ? 'for one run' : 'while it ran'}`;
		case 'tool':
			return `${text('permission')} for plugward x`;
		default:
			return `${text('permission')} after generation ${text('base')}`;
	}
}

type Words = (details: AuditRecord['details'], text: (key: string) => string, event: string) => string;

const lifeOf: Words = (details, text, event) => lifeWords(event, details, text);
const permissionOf: Words = (details, text, event) => permissionWords(event, details, text);
const generationsOf: Words = (_, text) => `${text('from')} to ${text('to')} by ${text('user')}: ${text('command')}`;

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
	['plugin-started', lifeOf],
	['plugin-reloaded', lifeOf],
	['plugin-quarantined', lifeOf],
	['plugin-data-purged', (_, text) => `what it kept was removed: ${text('bytes')} bytes`],
	['limits-changed', lifeOf],
	['plugin-ended', (details) => endWords(details)],
	['permission-denied', permissionOf],
	['permission-granted', permissionOf],
	['permission-revoked', permissionOf],
	['permission-used', (_, text) => text('permission')],
	['limit-exceeded', (details) => limitWords(details)],
	['sandbox-breach', (_, text) => text('reason')],
	['generation-committed', generationsOf],
	['generation-switched', generationsOf],
	['generation-abandoned', (_, text) => `generation ${text('base')} stayed: ${text('outcome')}`],
	['entries-repaired', (_, text) => text('command')],
	['packages-kept', (_, text) => text('command')],
	['audit-log-trimmed', (_, text) => `lines 1 to ${text('lines')} were removed`],
	['audit-torn-line-removed', (_, text) => `${text('bytes')} bytes that were not written to their end`],
]);

function detailWords(event: string, details: AuditRecord['details']): string {
	const text = (key: string): string => {
		const value = details[key];
		return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	};
	const words = WORDS.get(event) ?? (event.startsWith('command-') ? commandWords : null);
	return words === null ? JSON.stringify(details) : words(details, text, event);
}

function commandWords({ permission, program, args, outcome, exitCode }: AuditRecord['details']): string {
	const words = Array.isArray(args) ? args : [outcome, exitCode ?? ''];
	return [permission ?? program, ...(words as readonly unknown[])].map(String).join(' ').trim();
}

function limitWords({ limit, bound, measured }: AuditRecord['details']): string {
	if (typeof limit !== 'string' || typeof bound !== 'number' || typeof measured !== 'number') {
		return typeof limit === 'string' ? limit : '';
	}

	const isTime = limit === 'wall' || limit === 'cpu';
	const isCount = limit === 'log' || limit === 'messages';
	const words = isTime ? formatDuration : isCount ? String : formatBytes;
	return `${limit}, ${words(measured)} of ${words(bound)}`;
}

function endWords({ outcome, milliseconds, peakMemoryBytes }: AuditRecord['details']): string {
	const memory = typeof peakMemoryBytes === 'number' ? `, ${formatBytes(peakMemoryBytes)}` : '';
	const time = typeof milliseconds === 'number' ? `, ${formatDuration(milliseconds)}` : '';
	return `${typeof outcome === 'string' ? outcome : ''}${time}${memory}`;
}

function toneOf({ event, details }: AuditRecord): Tone {
	switch (event) {
		case 'sandbox-breach':
			return 'bad';
		case 'permission-denied':
		case 'limit-exceeded':
		case 'audit-torn-line-removed':
		case 'generation-abandoned':
			return 'warning';
		case 'plugin-ended':
			return details['outcome'] === 'ok' ? 'plain' : 'warning';
		default:
			return 'plain';
	}
}

function verifiedText(
	{ broken, lines, bytes, head, tornBytes, holdsHash }: Extract<AuditLogResult, { type: 'verified' }>,
	view: View,
): string {
	const torn =
		tornBytes === 0
			? []
			: paragraphLines(
					`${plural(tornBytes, 'byte')} at the end were not written to their end; the next line that is written takes their place.`,
					{
						view,
						tone: 'dim',
					},
				);
	if (lines === 0 && broken === null) {
		return joinBlocks([paragraphLines('Nothing was written to the audit log yet.', { view }), torn]);
	}

	const whole = `${plural(lines, 'line')} (${formatBytes(bytes)}) ${lines === 1 ? 'continues' : 'continue'} each other from the first`;
	return joinBlocks([
		[
			paint(broken === null ? `${whole} to the last.` : `${whole}; line ${broken.line} does not.`, broken === null ? 'good' : 'bad', view),
			...(holdsHash === true ? paragraphLines('The line with the hash asked for is there.', { view }) : []),
		],
		broken !== null
			? []
			: [
					...paragraphLines(`Line ${head.number} has the hash`, { view, tone: 'dim' }),
					`  ${head.hash}`,
					...(holdsHash === null
						? paragraphLines(
								'Keep it elsewhere: "plugward audit-log verify --holds HASH" then also tells when lines were cut off at the end.',
								{
									view,
									tone: 'dim',
								},
							)
						: []),
				],
		torn,
	]);
}
