import { LEVELS, stripToLine, type TrustExplanation } from '../engine/index.ts';
import { plural } from '../format.ts';
import { levelBadge } from '../theme.ts';
import { raisesOf } from '../verdict-words.ts';
import { acceptanceLines } from './acceptance-lines.ts';
import { checkLines } from './check-lines.ts';
import { type Cell, cell, joinBlocks, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';
import { rootsText } from './trust-roots.ts';
import type { TrustResult } from './trust.ts';

type Shown<T extends TrustResult['type']> = Extract<TrustResult, { readonly type: T }>;

/** What a trust command found or did, for a reader. */
export function trustText(result: TrustResult, view: View): string {
	switch (result.type) {
		case 'why':
			return whyText(result, view);
		case 'raw':
			// Another tool reads it.
			return JSON.stringify(
				{
					attestations: result.attestations,
					...(result.attestationsNote === null ? {} : { attestationsNote: result.attestationsNote }),
					statements: result.statements,
				},
				null,
				2,
			);
		case 'audit':
			return auditText(result, view);
		case 'diff':
			return diffText(result, view);
		case 'signed':
			return signedText(result, view);
		case 'people':
			return peopleText(result, view);
		case 'roots':
			return rootsText(result, view);
		case 'pinned':
			return paint(
				result.identity === null
					? `The builder of ${stripToLine(result.name)} is no longer pinned.`
					: `${stripToLine(result.name)} may only be built by ${result.identity.repository ?? result.identity.subject}.`,
				'plain',
				view,
			);
		case 'imported':
			return importedText(result, view);
		case 'published':
			return `The registry took ${plural(result.published, 'statement')} about ${stripToLine(result.name)}; ${result.known} it had.`;
		case 'exported':
			return result.statements.map((bundle) => JSON.stringify(bundle)).join('\n');
		case 'key':
			return result.id;
	}
}

function whyText(
	{ id, verdict, effective, evidence, identity, identityChanges, acceptances, paths }: TrustExplanation,
	view: View,
): string {
	const badge = levelBadge(verdict.level);
	return joinBlocks([
		[...tableLines([[cell(id, 'strong'), cell(verdict.level, badge.tone)]], { view }), ...paragraphLines(effective.text, { view })],
		[titleLine('Reasons', view), ...checkLines(verdict, evidence, view)],
		identity === null
			? []
			: [
					titleLine('Built by', view),
					...tableLines(
						Object.entries(identity).flatMap(([field, value]) => (value === null ? [] : [[cell(field, 'dim'), stripToLine(value)]])),
						{ view, indent: 2 },
					),
				],
		changeLines(identityChanges, view),
		acceptances.length === 0
			? []
			: [titleLine('Accepted for this version', view), ...acceptances.flatMap((one) => acceptanceLines(id, one, view))],
		paths.length === 0
			? []
			: [
					titleLine('People', view),
					...paths.flatMap(({ path, text }) => [
						...paragraphLines(stripToLine(path), { view, indent: 2 }),
						...paragraphLines(stripToLine(text), { view, indent: 4, tone: 'dim' }),
					]),
				],
		verdict.wouldRaise.length === 0
			? []
			: [titleLine('What would raise it', view), ...raisesOf(verdict).flatMap((text) => paragraphLines(text, { view, indent: 2 }))],
	]);
}

function changeLines(changes: TrustExplanation['identityChanges'], view: View): string[] {
	return changes.length === 0
		? []
		: [
				titleLine('Another builder than before', view),
				...changes.flatMap(({ field, from, to }) =>
					paragraphLines(`${field}: ${stripToLine(from)} -> ${stripToLine(to)}`, { view, indent: 2, tone: 'bad' }),
				),
			];
}

function auditText({ generation, packages, roots }: Shown<'audit'>, view: View): string {
	const plugins = packages.filter(({ plugin }) => plugin !== null);
	return joinBlocks([
		[
			titleLine('Levels', view),
			...tableLines(
				LEVELS.toReversed().flatMap((level): Cell[][] => {
					const count = packages.filter((one) => one.level === level).length;
					return count === 0 ? [] : [[cell(level, levelBadge(level).tone), plural(count, 'package')]];
				}),
				{ view, indent: 2 },
			),
		],
		plugins.length === 0
			? []
			: [
					titleLine('Plugins', view),
					...plugins.flatMap(({ id, effectiveLevel, limitedBy, provenance, repository }) => [
						...tableLines(
							[[cell(id, 'strong'), cell(effectiveLevel, levelBadge(effectiveLevel).tone), cell(`provenance ${provenance}`, 'dim')]],
							{ view, indent: 2 },
						),
						...(repository === null ? [] : paragraphLines(`built from ${stripToLine(repository)}`, { view, indent: 4, tone: 'dim' })),
						...(limitedBy === null ? [] : paragraphLines(`held down by ${limitedBy}`, { view, indent: 4, tone: 'dim' })),
					]),
				],
		paragraphLines(
			`${plural(packages.length, 'package')} of generation ${generation} judged from kept evidence, without the network; ${rootWords(roots)}.`,
			{ view, tone: 'dim' },
		),
	]);
}

function rootWords(roots: Shown<'audit'>['roots']): string {
	return roots.map(({ id, expiresAt }) => `trust root ${id}${expiresAt === null ? '' : ` until ${expiresAt.slice(0, 10)}`}`).join(', ');
}

function diffText({ from, to, identity, evidence, level }: Shown<'diff'>, view: View): string {
	const same = identity.length === 0 && evidence.length === 0 && level.from === level.to;
	return joinBlocks([
		[titleLine(`${from} -> ${to}`, view)],
		same ? paragraphLines('The same is proven about both, by the same builder.', { view, tone: 'good' }) : [],
		level.from === level.to ? [] : paragraphLines(`level: ${level.from} -> ${level.to}`, { view }),
		evidence.flatMap((one) => paragraphLines(`${one.kind}: ${one.from} -> ${one.to}`, { view })),
		changeLines(identity, view),
	]);
}

function signedText({ subject, sha256, expires, signer, isNewKey }: Shown<'signed'>, view: View): string {
	return joinBlocks([
		paragraphLines(
			`Signed${subject === null ? '' : ` about ${subject}`} as ${stripToLine(signer)}${expires === null ? '' : `, until ${expires.slice(0, 10)}`}.`,
			{ view },
		),
		[
			...(isNewKey ? paragraphLines('That is a new key; nobody knows it yet. Others add it: plugward trust people add ID', { view }) : []),
			...paragraphLines(`To take it back: plugward trust revoke ${sha256}`, { view, tone: 'dim' }),
			...paragraphLines('To give it to others: plugward trust export > endorsements.jsonl', { view, tone: 'dim' }),
		],
	]);
}

function peopleText({ people }: Shown<'people'>, view: View): string {
	return people.length === 0
		? "Nobody's word counts but yours. Add somebody: plugward trust people add ID --name NAME"
		: people
				.flatMap(({ id, name, level, scopes, expires, isExpired, statementCount }) => [
					...tableLines(
						[
							[
								cell(stripToLine(name), 'strong'),
								level,
								scopes.join(', '),
								cell(isExpired ? `ended ${expires.slice(0, 10)}` : `until ${expires.slice(0, 10)}`, isExpired ? 'bad' : 'dim'),
							],
						],
						{ view },
					),
					...paragraphLines(`${id}; ${plural(statementCount, 'statement')} kept`, { view, indent: 2, tone: 'dim' }),
				])
				.join('\n');
}

function importedText({ added, known, refused }: Shown<'imported'>, view: View): string {
	return [
		...paragraphLines(`${plural(added, 'statement')} taken in, ${known} known before, ${refused.length} refused.`, { view }),
		...[...new Set(refused)].flatMap((text) => paragraphLines(`! ${stripToLine(text)}`, { view, tone: 'bad' })),
	].join('\n');
}
