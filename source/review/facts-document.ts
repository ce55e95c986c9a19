import type { Evidence, UpdateReview } from '../engine/index.ts';
import { EVIDENCE_KIND_WORDS } from '../engine/index.ts';
import { cleanLine, fit, formatAge, formatBytes, plural } from '../format.ts';
import { BLANK, bullet, heading, paragraph } from '../screens/documents/lines.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../theme.ts';
import type { Line, Span, Tone } from '../theme.ts';

const LABEL_WIDTH = 20;

type Options = { readonly width: number; readonly now: number };

/** Everything about an update that is no file: what gets worse first, then the two versions side by side. */
export function factsDocument(review: UpdateReview, { width, now }: Options): readonly Line[] {
	return [
		...worseLines(review, width),
		BLANK,
		...stepLines(review, { width, now }),
		BLANK,
		heading('Rights, then and now'),
		...permissionLines(review, width),
		BLANK,
		heading('Proof, then and now'),
		...proofLines(review, width),
		BLANK,
		heading('What the code can do'),
		...capabilityLines(review, width),
		BLANK,
		heading('Scripts and dependencies'),
		...scriptLines(review, width),
		...dependencyLines(review, width),
	];
}

function worseLines({ widenings, from, name }: UpdateReview, width: number): readonly Line[] {
	if (widenings.length === 0) {
		return bullet('+', `It widens no right and loses no trust against ${from.version}.`, { width, tone: 'good' });
	}

	const isGrave = widenings.some((one) => one.isGrave);
	return [
		[span(isGrave ? 'It widens rights or loses trust' : 'Worth knowing', isGrave ? 'bad' : 'warning')],
		...widenings.flatMap((one) => bullet(one.isGrave ? '!' : '-', one.text, { width, tone: one.isGrave ? 'bad' : 'warning' })),
		...(isGrave ? paragraph(`The app asks you to type "${name}" before it applies this.`, width, { tone: 'dim' }) : []),
	];
}

function stepLines({ from, to, spec }: UpdateReview, { width, now }: Options): readonly Line[] {
	const published = (at: string | null): string => (at === null ? 'not known' : formatAge(at, now));
	return [
		...pair('Version', { from: from.version, to: to.version }, { width, tone: 'accent' }),
		...single('Asked for', spec, width),
		...pair('Published', { from: published(from.publishedAt), to: published(to.publishedAt) }, { width }),
		...pair('Publisher', { from: from.publisher ?? 'not known', to: to.publisher ?? 'not known' }, { width }),
		...pair(
			'Size',
			{
				from: formatBytes(from.unpackedBytes),
				to: `${formatBytes(to.unpackedBytes)} ${growth(from.unpackedBytes, to.unpackedBytes)}`.trim(),
			},
			{ width },
		),
		...pair('Files', { from: String(from.fileCount), to: String(to.fileCount) }, { width }),
		...pair('Licence', { from: from.licence ?? 'none stated', to: to.licence ?? 'none stated' }, { width }),
	];
}

function growth(from: number, to: number): string {
	const percent = from === 0 ? 0 : Math.round(((to - from) / from) * 100);
	return percent === 0 ? '' : `(${percent > 0 ? '+' : ''}${percent} %)`;
}

function permissionLines({ permissions: { added, removed, kept }, to }: UpdateReview, width: number): readonly Line[] {
	if (to.permissions === null && added.length + removed.length + kept.length === 0) {
		return paragraph('A plain package: it has no tasks and asks for nothing.', width, { tone: 'dim' });
	}

	return added.length + removed.length + kept.length === 0
		? paragraph('It asks for nothing.', width, { tone: 'dim' })
		: [
				...added.flatMap((id) => bullet('+', `${id}, new`, { width, tone: 'bad' })),
				...removed.flatMap((id) => bullet('-', `${id}, no longer asked for`, { width, tone: 'good' })),
				...kept.flatMap((id) => bullet('=', `${id}, as before`, { width, tone: 'dim' })),
			];
}

function proofLines({ from, to }: UpdateReview, width: number): readonly Line[] {
	const [before, after] = [levelBadge(from.level), levelBadge(to.level)];
	const kinds = [...new Set([...from.evidence, ...to.evidence].map(({ kind }) => kind))];
	return [
		...pair('Level', { from: badgeText(before), to: badgeText(after) }, { width, tone: after.tone }),
		...kinds.flatMap((kind) => {
			const [then, now] = [stateOf(from.evidence, kind), stateOf(to.evidence, kind)];
			return pair(EVIDENCE_KIND_WORDS[kind], { from: then.text, to: now.text }, { width, tone: now.tone });
		}),
		...builderLines({ from, to }, width),
	];
}

function stateOf(evidence: readonly Evidence[], kind: Evidence['kind']): { readonly text: string; readonly tone: Tone } {
	const found = evidence.find((one) => one.kind === kind);
	const badge = found === undefined ? null : evidenceBadge(found.state);
	return badge === null ? { text: '- not looked for', tone: 'plain' } : { text: badgeText(badge), tone: badge.tone };
}

function builderLines({ from, to }: Pick<UpdateReview, 'from' | 'to'>, width: number): readonly Line[] {
	const before = from.identity;
	const after = to.identity;
	if (before === null && after === null) {
		return paragraph('Nothing proves who built either of them.', width, { tone: 'dim' });
	}

	const words = (identity: typeof before): string => (identity === null ? 'not proven' : (identity.repository ?? identity.subject));
	return [
		...pair('Builder', { from: words(before), to: words(after) }, { width }),
		...pair('Workflow', { from: before?.workflow ?? 'not proven', to: after?.workflow ?? 'not proven' }, { width }),
		...pair('Commit', { from: before?.commit?.slice(0, 12) ?? 'not proven', to: after?.commit?.slice(0, 12) ?? 'not proven' }, { width }),
	];
}

function capabilityLines({ capabilities: { gained, lost } }: UpdateReview, width: number): readonly Line[] {
	return gained.length + lost.length === 0
		? paragraph('What it could before.', width, { tone: 'dim' })
		: [
				...gained.flatMap(({ what, places }) =>
					bullet('+', `${what}${places[0] === undefined ? '' : `  ${places[0].file}:${places[0].line} ${places[0].detail}`}`, {
						width,
						tone: 'warning',
					}),
				),
				...lost.flatMap(({ what }) => bullet('-', `${what}, no longer`, { width, tone: 'good' })),
			];
}

function scriptLines({ scripts }: UpdateReview, width: number): readonly Line[] {
	return scripts.flatMap(({ name, from, to, runsOnInstall }) => [
		...bullet(
			to === null ? '-' : from === null ? '+' : '^',
			`${name} script${runsOnInstall ? ', which npm would run when installing; plugward never does' : ''}`,
			{
				width,
				tone: runsOnInstall && to !== null ? 'warning' : 'plain',
			},
		),
		...(from === null ? [] : paragraph(`- ${from}`, width, { indent: 4, tone: 'dim' })),
		...(to === null ? [] : paragraph(`+ ${to}`, width, { indent: 4, tone: 'dim' })),
	]);
}

function dependencyLines({ dependencies, scripts }: UpdateReview, width: number): readonly Line[] {
	if (dependencies.length === 0) {
		return paragraph(scripts.length === 0 ? 'Both as before.' : 'It depends on what it did.', width, { tone: 'dim' });
	}

	return dependencies.flatMap(({ name, kind, from, to }) => {
		const word = kind === 'dependency' ? '' : kind === 'peer' ? ' (peer)' : ' (optional)';
		const text =
			from === null ? `${name} ${to ?? ''}${word}, new` : to === null ? `${name} ${from}${word}, gone` : `${name} ${from} -> ${to}${word}`;
		return bullet(from === null ? '+' : to === null ? '-' : '^', text, { width, tone: from === null ? 'warning' : 'plain' });
	});
}

type Two = { readonly from: string; readonly to: string };

/** `Label        before -> after`, on two lines where one is too short; once where both are the same. */
function pair(
	label: string,
	{ from, to }: Two,
	{ width, tone = 'plain' }: { readonly width: number; readonly tone?: Tone },
): readonly Line[] {
	const [before, after] = [cleanLine(from), cleanLine(to)];
	const room = width - LABEL_WIDTH;
	if (before === after) {
		return single(label, `${before}, as before`, width);
	}

	const arrow: readonly Span[] = [span(fit(label, LABEL_WIDTH), 'dim'), span(`${before} -> `), span(after, tone)];
	return before.length + after.length + 4 <= room
		? [arrow]
		: [...single(label, before, width), ...paragraph(`-> ${after}`, width, { indent: LABEL_WIDTH, tone })];
}

function single(label: string, text: string, width: number): readonly Line[] {
	return paragraph(text, width, { indent: LABEL_WIDTH }).map((line, index) =>
		index === 0
			? [
					span(fit(label, LABEL_WIDTH), 'dim'),
					span(
						line
							.map((part) => part.text)
							.join('')
							.slice(LABEL_WIDTH),
					),
				]
			: line,
	);
}

/** `4 files: 3 changed, 1 new, 2 gone`. */
export function filesSentence({ files, unchangedFiles }: UpdateReview): string {
	const count = (type: UpdateReview['files'][number]['type']): number => files.filter((file) => file.type === type).length;
	const parts = [
		[count('changed'), 'changed'],
		[count('added'), 'new'],
		[count('removed'), 'gone'],
		[unchangedFiles, 'unchanged'],
	] as const;
	return `${plural(files.length, 'file')} differ${files.length === 1 ? 's' : ''}: ${parts
		.filter(([number]) => number > 0)
		.map(([number, word]) => `${number} ${word}`)
		.join(', ')}`;
}
