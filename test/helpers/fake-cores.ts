import type { CoreCalls } from '../../source/engine/index.ts';

/** No process keeps plugins running. */
export function fakeCores(): CoreCalls {
	const notAsked = async (): Promise<never> => {
		throw new Error('The test has no process that keeps plugins running.');
	};
	return {
		list: async () => [],
		logs: async () => [],
		follow: notAsked,
		start: notAsked,
		reload: notAsked,
		stop: notAsked,
		setLimits: notAsked,
		revoke: notAsked,
		release: notAsked,
	};
}
