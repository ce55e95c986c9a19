import type { ResolveChoices } from '../engine/index.ts';
import type { FlagTable, ParsedArguments } from './command.ts';
import { listFlag, textFlag } from './flags.ts';

/** Flags of the commands that work out versions. */
export const RESOLVE_FLAGS: FlagTable = {
	asOf: { type: 'string', placeholder: 'DATE', description: 'Resolve as the registry was then: 2024-01-31' },
	override: {
		type: 'string',
		isMultiple: true,
		placeholder: 'NAME=SPEC',
		description: 'Take SPEC of NAME, whatever packages ask for',
	},
};

export function readResolveChoices(parsed: ParsedArguments): ResolveChoices {
	const asOf = textFlag(parsed, 'asOf');
	return {
		...(asOf === null ? {} : { asOf }),
		overrides: listFlag(parsed, 'override'),
		acceptYoung: listFlag(parsed, 'acceptYoung'),
	};
}
