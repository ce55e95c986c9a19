import type { Fact } from '../../evaluation.ts';
import type { Permission } from '../../permission.ts';
import type { Observed, PackageScan } from '../../scan.ts';
import { fact } from './scan-facts.ts';

const KINDS = ['net', 'fs', 'env'] as const;
type Kind = (typeof KINDS)[number];

const WORDS: Readonly<Record<Kind, string>> = { net: 'the network', fs: 'files', env: 'environment variables' };

/**
 * A plugin's permissions held against its code: what was seen and not asked for is denied when it runs; what is asked for and was seen
 * nowhere is a right without a use. Only the plugin's own code counts for the second, only its closure for the first.
 */
export function overreachFacts(
	id: string,
	plugin: { readonly permissions: readonly Permission[]; readonly own: PackageScan; readonly closure: readonly Observed[] },
): readonly Fact[] {
	const asked = new Set(plugin.permissions.map(({ type }) => type));
	const uses = (observed: readonly Observed[], kind: Kind) => observed.find(({ what }) => what === kind);
	return KINDS.flatMap((kind): readonly Fact[] => {
		const own = uses(plugin.own.observed, kind);
		if (own !== undefined && !asked.has(kind)) {
			return [
				fact(id, {
					code: 'overreach',
					severity: 'caution',
					text: `It uses ${WORDS[kind]} and asks for no ${kind} permission; it would be denied.`,
					places: own.places,
				}),
			];
		}

		if (asked.has(kind) && own === undefined && uses(plugin.closure, kind) === undefined) {
			return [
				fact(id, {
					code: 'unused-permission',
					severity: 'note',
					text: `It asks for ${kind}, and nothing in its code uses ${WORDS[kind]}.`,
				}),
			];
		}

		return [];
	});
}
