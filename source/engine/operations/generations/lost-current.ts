import { EngineError } from '../../errors.ts';
import { FIRST_GENERATION, type Generation, type Home } from '../../home/index.ts';

export type CurrentOrLost = {
	readonly generation: Generation;
	/** Why there is no current generation, or null when there is one. */
	readonly lost: EngineError | null;
};

/** The current generation; the empty one when `current` is damaged, for the calls that help out of that. */
export async function currentOrLost(home: Home): Promise<CurrentOrLost> {
	try {
		return { generation: await home.current(), lost: null };
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return { generation: FIRST_GENERATION, lost: error };
		}

		throw error;
	}
}
