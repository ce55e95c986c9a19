import type { DoctorCheck } from '../../upkeep.ts';
import { EngineError } from '../../errors.ts';
import type { RegistryProbe } from '../../registry/index.ts';
import type { EngineContext } from '../engine-context.ts';

const SLOW_MILLISECONDS = 2000;
/** Certificates and signatures are judged by the clock; less than this harms nothing. */
const SKEW_SECONDS = 300;

type Around = Pick<EngineContext, 'options' | 'registry' | 'clock'>;

/** Whether the default registry answers, over what, as whom, and at what time of day. Offline it is not asked. */
export async function checkRegistry(context: Around, { signal }: { readonly signal: AbortSignal }): Promise<readonly DoctorCheck[]> {
	try {
		const { registryUrl } = await context.registry.open();
		if (context.options.offline) {
			return [{ id: 'registry', state: 'ok', text: `Offline, so ${registryUrl} was not asked.`, fix: null }];
		}

		const probe = await context.registry.probe({ signal });
		return [reachable(registryUrl, probe), transport(registryUrl, probe), credentials(probe), clockSkew(context, probe)];
	} catch (error) {
		// That nothing answers is a finding; a cancelled check is none.
		if (!(error instanceof EngineError) || error.code === 'cancelled') {
			throw error;
		}

		return [{ id: 'registry', state: 'fail', text: error.message, fix: error.hint ?? null }];
	}
}

function reachable(registryUrl: string, { milliseconds, status }: RegistryProbe): DoctorCheck {
	const text = `${registryUrl} answered ${status} in ${Math.round(milliseconds)} ms.`;
	if (status >= 500) {
		return { id: 'registry', state: 'fail', text, fix: 'Try again later, or use another registry: --registry URL' };
	}

	return { id: 'registry', state: milliseconds > SLOW_MILLISECONDS ? 'warn' : 'ok', text, fix: null };
}

function transport(registryUrl: string, { tlsIssuer }: RegistryProbe): DoctorCheck {
	if (tlsIssuer !== null) {
		return { id: 'registry-tls', state: 'ok', text: `Its certificate was issued by ${tlsIssuer}.`, fix: null };
	}

	const { hostname } = new URL(registryUrl);
	const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
	return {
		id: 'registry-tls',
		state: isLocal ? 'ok' : 'warn',
		text: isLocal ? 'No TLS, on this machine only.' : `No TLS: everybody on the way to ${hostname} can read along.`,
		fix: isLocal ? null : 'Use an https registry in .npmrc.',
	};
}

function credentials({ hasCredentials }: RegistryProbe): DoctorCheck {
	const text = hasCredentials ? 'Credentials for it are in .npmrc.' : 'No credentials for it; public packages need none.';
	return { id: 'registry-auth', state: 'ok', text, fix: null };
}

function clockSkew({ clock }: Pick<Around, 'clock'>, { date }: RegistryProbe): DoctorCheck {
	if (date === null) {
		return { id: 'clock', state: 'ok', text: 'The registry does not tell its time, so the clock was not compared.', fix: null };
	}

	const seconds = Math.round((clock().getTime() - date.getTime()) / 1000);
	const isFar = Math.abs(seconds) > SKEW_SECONDS;
	return {
		id: 'clock',
		state: isFar ? 'warn' : 'ok',
		text: `The clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the registry's.`,
		fix: isFar ? 'Set the clock; certificates and minimum ages are judged by it.' : null,
	};
}
