import { MetadataStore } from '../../../source/engine/registry/metadata/metadata-store.ts';

/** Writes many small batches into a store that another process writes to at the same time. */
const [folder = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = new MetadataStore(folder, (error) => {
	throw error;
});
const latest = { version: null, description: '', keywords: [], publisher: null, publishedAt: null };
for (let round = 0; round < Number(rounds); round += 1) {
	store.put(
		{
			registry: 'https://registry.example/',
			name: `${name}-${round}`,
			fetchedAt: 1,
			etag: null,
			lastModified: null,
			bodyDigest: null,
			latest,
		},
		Buffer.from(`index ${name} ${round}`),
	);
	await store.flush();
}

await store.close();
