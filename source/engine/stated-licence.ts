import { stripToLine } from './strip-controls.ts';

/** What a package.json says its licence is, on one line, in each of the forms that were ever usual; null when it says nothing. */
export function statedLicence(packageJson: unknown): string | null {
	const { license, licenses } = asObject(packageJson);
	const stated = license ?? (Array.isArray(licenses) ? (licenses as readonly unknown[])[0] : licenses);
	const text = typeof stated === 'string' ? stated : asObject(stated)['type'];
	return typeof text === 'string' && text.trim() !== '' ? stripToLine(text).slice(0, LONGEST) : null;
}

const LONGEST = 200;

function asObject(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
