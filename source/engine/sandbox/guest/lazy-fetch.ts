import { loadPart } from './parts.ts';

type Fetch = (input: unknown, init?: unknown) => Promise<unknown>;

/** `fetch`, whose part is loaded by the first call. */
export async function fetch(input: unknown, init?: unknown): Promise<unknown> {
	return (loadPart('web')['fetch'] as Fetch)(input, init);
}
