import type { PackageContents, PackageInfo, UnfetchedPackage } from '../engine/index.ts';
import { cleanLines, formatBytes, formatShare, plural } from '../format.ts';
import { cell, paint, paragraphLines, tableLines, titleLine, type View } from './layout.ts';

export type InfoContents = Pick<PackageContents, 'name' | 'version' | 'isInstalled' | 'packedBytes' | 'unpackedBytes' | 'files'>;

/** `from` says who vouches for the text: bytes that were verified, or nobody but the registry. Null when there is no text. */
export type InfoReadme = { readonly text: string | null; readonly from: 'verified' | 'registry' | null; readonly label: string };

const BAR_CELLS = 20;

/** Out of verified bytes where they are here; null contents for what the registry says. */
export function readmeOf(info: PackageInfo, contents: PackageContents | UnfetchedPackage | null): InfoReadme {
	if (contents?.type === 'verified') {
		const { readme, version } = contents;
		return readme === null
			? { text: null, from: null, label: `${version} comes without a README: none of its files is one.` }
			: {
					text: readme.text,
					from: 'verified',
					label: `${readme.path} of ${version}, from verified bytes${readme.isCut ? '; only its first 256 kB' : ''}`,
				};
	}

	return info.readme === null || info.readme.trim() === ''
		? { text: null, from: null, label: 'The registry serves no README, and its bytes are not here; --files fetches and proves them.' }
		: {
				text: info.readme,
				from: 'registry',
				label: 'README as the registry tells it: its bytes are not here, so nothing proves that it belongs to them',
			};
}

export function readmeLines({ text, from, label }: InfoReadme, view: View): string[] {
	const said = paragraphLines(label, { view, tone: from === 'registry' ? 'warning' : 'dim' });
	return text === null ? said : [...said, '', ...cleanLines(text)];
}

/** Every file, the largest first, with how much of the whole it is. */
export function fileLines({ version, files, packedBytes, unpackedBytes }: InfoContents, view: View): string[] {
	const sorted = files.toSorted((left, right) => right.bytes - left.bytes || (left.path < right.path ? -1 : 1));
	const largest = sorted[0]?.bytes ?? 0;
	const rows = sorted.map(({ path, bytes, isExecutable }) => [
		path,
		cell(isExecutable ? 'x' : '', 'warning'),
		formatBytes(bytes),
		cell(formatShare(bytes, unpackedBytes), 'dim'),
		cell(largest === 0 ? '' : '#'.repeat(Math.ceil((bytes / largest) * BAR_CELLS)), 'info'),
	]);
	return [
		`${titleLine(`Files of ${version}`, view)}  ${paint(`${plural(files.length, 'file')}, ${formatBytes(unpackedBytes)} unpacked, ${formatBytes(packedBytes)} packed; verified bytes`, 'dim', view)}`,
		...tableLines(rows, { view, indent: 2, flexible: 0, alignRight: [2, 3] }),
	];
}

export function filesJson({ name, version, isInstalled, packedBytes, unpackedBytes, files }: InfoContents): InfoContents {
	return { name, version, isInstalled, packedBytes, unpackedBytes, files };
}
