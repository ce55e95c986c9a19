import type { Caller } from '../access/principal.ts';
import { notFound } from '../mirror-error.ts';
import type { AdvisoryStorage } from '../storage/index.ts';

export type AdvisoryService = {
	/** A file of the set, unparsed: each client reads it as carefully as one from elsewhere. Throws 404. */
	file(request: Caller & { readonly name: string }): Promise<Buffer>;
};

/** The index, the signed list, and shards named by the first digits of the sha256 of package names. Nothing else of the folder is served. */
const SERVED = /^(?:index|signed|[0-9a-f]{1,4})\.json$/u;

export function createAdvisoryService(storage: AdvisoryStorage): AdvisoryService {
	return {
		async file({ name }) {
			const bytes = SERVED.test(name) ? await storage.read(name) : null;
			if (bytes === null) {
				throw notFound('The advisory set has no such file.');
			}

			return bytes;
		},
	};
}
