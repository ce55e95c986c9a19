/** Calls `work` on every item, at most `limit` at a time. The first failure stops new work, waits for what runs, and is thrown. */
export async function runConcurrently<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	let failure: { readonly error: unknown } | null = null;

	async function worker(): Promise<void> {
		for (const item of queue) {
			if (failure !== null) {
				return;
			}

			try {
				await work(item);
			} catch (error) {
				failure ??= { error };
			}
		}
	}

	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
	if (failure !== null) {
		throw (failure as { readonly error: unknown }).error;
	}
}
