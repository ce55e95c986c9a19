import type { PackageScan } from '../../scan.ts';
import type { ScanThread } from './scan-thread.ts';
import type { PackageFile } from './package-facts.ts';

export type ScanBudget = {
	/** A larger source file is not scanned. */
	readonly fileBytes: number;
	/** Once this much source was scanned, the rest of the package is not. */
	readonly packageBytes: number;
};

export type ScanRequest = {
	readonly files: readonly PackageFile[];
	/** Throws when the file is not what was verified. */
	readonly read: (path: string) => Uint8Array;
	readonly packageJson: unknown;
	readonly budget: ScanBudget;
	readonly signal: AbortSignal;
	/** Where large files are scanned; the one of this process when left out. */
	readonly thread?: ScanThread;
};

/** Raised whenever the same bytes would give another scan, so that what was kept is not used any more. */
export const SCANNER_VERSION = 3;

export const FULL_BUDGET: ScanBudget = { fileBytes: 4_000_000, packageBytes: 32_000_000 };

/** What the bytes of one package hold. Hostile or broken source is data; only `read` and the signal make it throw. */
export async function scanPackage(request: ScanRequest): Promise<PackageScan> {
	// The parser loads when something is scanned: most commands never do.
	const scanner = await import('./scan-package.ts');
	return scanner.scanPackage(request);
}
