import type { SearchHit } from '../../engine/index.ts';
import { cleanLine, formatAge, formatCount } from '../../format.ts';
import { isExactName } from '../../select.ts';
import type { KeyName } from '../../key-bindings.ts';
import { levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, fact, paragraph } from './lines.ts';

/** A search result, without asking the registry again. */
export function hitDocument(
	hit: SearchHit,
	options: { readonly width: number; readonly now: number; readonly key: KeyName },
): readonly Line[] {
	const { width, now, key } = options;
	const open = key('open', 'browse');
	const install = key('install', 'browse');
	if (isExactName(hit)) {
		return [
			[span(cleanLine(hit.name), 'accent')],
			BLANK,
			...paragraph(
				`The search does not list it, but the registry may know it. ${open} looks it up; ${install} plans its installation.`,
				width,
			),
			BLANK,
			...paragraph('Several names and ranges are fine too, for instance: eslint@9 prettier', width, { tone: 'dim' }),
		];
	}

	return [
		[span(cleanLine(hit.name), 'accent'), span(` ${cleanLine(hit.version)}`)],
		BLANK,
		...paragraph(hit.description === '' ? 'No description.' : hit.description, width),
		BLANK,
		...fact('Published', hit.publishedAt === null ? 'not told by this registry' : formatAge(hit.publishedAt, now), width),
		...fact('Publisher', hit.publisher ?? 'not told by this registry', width),
		...fact('Licence', hit.license ?? 'not told by this registry', width),
		...(hit.downloads === null ? [] : fact('Downloads', `${formatCount(hit.downloads)} last week`, width)),
		...fact('Permissions', permissionWords(hit), width),
		...fact('Proof', proofWords(hit), width, hit.level === null ? 'plain' : levelBadge(hit.level).tone),
		...fact('Installed', hit.installed ?? 'no', width, hit.installed === null ? 'plain' : 'good'),
		...(hit.keywords.length === 0 ? [] : fact('Keywords', hit.keywords.join(', '), width)),
		BLANK,
		...paragraph(
			`${open} opens it. ${install} plans the installation: it is fetched and proven, and nothing changes before you agree.`,
			width,
			{
				tone: 'dim',
			},
		),
	];
}

function permissionWords({ permissions }: SearchHit): string {
	return permissions === null
		? 'not told by this registry; the plan shows them'
		: permissions.length === 0
			? 'asks for none'
			: permissions.join(', ');
}

function proofWords({ level, proof, installed, version }: SearchHit): string {
	if (level !== null) {
		return installed === version
			? `${level}, judged when it was installed`
			: `${installed ?? ''} is ${level}; ${version} was not judged yet`;
	}

	switch (proof) {
		case 'attested':
			return 'the registry says that it holds an attestation; the plan proves it or refuses';
		case 'signed':
			return 'the registry says that it signed it; nothing about who built it';
		case 'none':
			return 'the registry claims none';
		case null:
			return 'not told by this registry; the plan looks for it';
	}
}
