import type { DoctorCheck } from '../../upkeep.ts';
import { EngineError } from '../../errors.ts';

/** What is broken is what the doctor was asked for. */
export function finding(id: string, error: unknown): DoctorCheck {
	if (!(error instanceof EngineError)) {
		throw error;
	}

	return { id, state: 'fail', text: error.message, fix: error.hint ?? null };
}
