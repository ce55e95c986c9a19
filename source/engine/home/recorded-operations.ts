import { auditFiles } from './audit-segments.ts';
import { createReadStream } from 'node:fs';
import * as v from 'valibot';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { DEFAULT_PROFILE } from './layout.ts';

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.object({
	event: v.picklist(['generation-committed', 'generation-switched']),
	from: number,
	to: number,
	command: v.string(),
	profile: v.optional(v.string(), DEFAULT_PROFILE),
});

/** One change of the `current` of a profile, as the audit log has it. */
export type RecordedOperation = v.InferOutput<typeof schema>;

/** Reads those of the layout's profile from the whole audit log; lines of other events, and lines that a power cut tore, are passed over. */
export async function readOperations(layout: Layout): Promise<readonly RecordedOperation[]> {
	const operations: RecordedOperation[] = [];
	const { createInterface } = await import('node:readline');
	try {
		for (const path of auditFiles(layout)) {
			for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
				// Most lines are calls of plugins, and parsing those would cost the most.
				const parsed = line.includes('"generation-') ? v.safeParse(schema, parseLine(line)) : null;
				if (parsed?.success === true && parsed.output.profile === layout.profile) {
					operations.push(parsed.output);
				}
			}
		}
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(layout.relative(layout.audit), 'cannot be read', { cause: error });
	}

	return operations;
}

function parseLine(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		// A torn line is nobody's.
		return null;
	}
}
