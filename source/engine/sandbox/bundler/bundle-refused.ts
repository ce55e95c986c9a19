/** Why a closure is not bundled. The message names packages and their own paths, never absolute ones. */
export class BundleRefused extends Error {
	override readonly name = 'BundleRefused';
	readonly code: 'bundle-escape' | 'bundle-failed';

	constructor(code: 'bundle-escape' | 'bundle-failed', message: string) {
		super(message);
		this.code = code;
	}
}
