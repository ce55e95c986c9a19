import type { ResolveChoices } from '../engine/index.ts';
import type { FlagTable, ParsedArguments } from './command.ts';
import { listFlag, textFlag } from './flags.ts';

/** Flags of the commands that work out versions. */
export const RESOLVE_FLAGS: FlagTable = {
	asOf: { type: 'string', placeholder: 'DATE', description: 'Resolve as the registry was then: 2024-01-31 or 2024-01-31T12:00:00Z' },
	override: {
		type: 'string',
		isMultiple: true,
		placeholder: '[PARENT>]NAME=SPEC',
		description: 'Take SPEC whatever packages ask of NAME',
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
