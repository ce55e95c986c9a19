import type { ProfileSummary } from '../../installed-state.ts';
import type { CallOptions } from '../../events.ts';
import type { Profile } from '../../home/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { refuseRevoked } from '../plans/plan-rollback.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';

/** The lines of generations of this home. */
export async function profiles({ home }: EngineContext): Promise<readonly ProfileSummary[]> {
	return Promise.all((await home.profiles()).map((profile) => describe(home, profile)));
}

type NewProfile = { readonly name: string; readonly from: number | null };

/** A new line that starts at an existing generation, with its grants, or at nothing. */
export async function makeProfile(context: EngineContext, { name, from }: NewProfile, options: CallOptions): Promise<ProfileSummary> {
	return whileExclusive(context, options, async () => {
		const start = from === null ? await context.home.current() : await context.home.generation(from);
		await refuseRevoked(context, start);
		await context.home.makeProfile({ name, from: start.number });
		return named(context, name);
	});
}

export async function selectProfile(context: EngineContext, name: string, options: CallOptions): Promise<ProfileSummary> {
	return whileExclusive(context, options, async () => {
		await context.home.selectProfile(name);
		return named(context, name);
	});
}

/** Gives what it was. */
export async function removeProfile(context: EngineContext, name: string, options: CallOptions): Promise<ProfileSummary> {
	return whileExclusive(context, options, async () => {
		const profile = (await context.home.profiles()).find((one) => one.name === name);
		await context.home.removeProfile(name);
		return describe(context.home, profile ?? { name, generation: 0, isSelected: false });
	});
}

async function named(context: EngineContext, name: string): Promise<ProfileSummary> {
	const profile = (await context.home.profiles()).find((one) => one.name === name);
	return describe(context.home, profile ?? { name, generation: 0, isSelected: false });
}

async function describe(home: EngineContext['home'], profile: Profile): Promise<ProfileSummary> {
	const { lock } = await home.generation(profile.generation);
	return { ...profile, pluginCount: Object.keys(lock.roots).length };
}
