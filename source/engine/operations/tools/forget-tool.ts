import type { CallOptions } from '../../events.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';
import type { EngineContext } from '../engine-context.ts';

/** Takes back what was agreed to and granted; the next run asks again. Gives the versions that were known. */
export async function forgetTool(
	context: EngineContext,
	{ name, version }: { readonly name: string; readonly version: string | null },
	options: CallOptions,
): Promise<readonly string[]> {
	return whileExclusive(context, options, async () => {
		const records = (await context.home.tools(name)).filter((record) => version === null || record.version === version);
		for (const record of records) {
			for (const { permission } of record.grants) {
				await context.home.appendAudit({
					ts: context.clock().toISOString(),
					event: 'permission-revoked',
					plugin: name,
					version: record.version,
					permission,
					scope: 'tool',
				});
			}

			await context.home.removeTool(record);
		}

		return records.map((record) => record.version);
	});
}
