import type { DownloadNumbers } from '../../download-numbers.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { parseSpec } from '../versions/parse-spec.ts';

/** How often the package of a spec was downloaded, whatever version. */
export async function downloads(
	{ registry, options }: EngineContext,
	{ spec, fresh }: { readonly spec: string; readonly fresh: boolean },
	{ signal }: CallOptions,
): Promise<DownloadNumbers> {
	const { name } = parseSpec(spec);
	if (options.asksDownloads === false) {
		return { type: 'untold', reason: 'switched-off', why: 'Not asked for: the setting "downloads" is off.' };
	}

	return registry.downloads({ name, fresh }, { signal });
}
