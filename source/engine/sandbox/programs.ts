import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rmdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { EngineError } from '../errors.ts';
import { linuxLibc } from '../linux-libc.ts';

type Program = { readonly fileNames: readonly [string, ...string[]]; readonly build: 'buildHost' | 'buildBundler' };

const HOST = { fileNames: ['sandbox-host.cjs', 'sandbox-guest.txt'], build: 'buildHost' } as const satisfies Program;
const BUNDLER = { fileNames: ['sandbox-bundler.mjs'], build: 'buildBundler' } as const satisfies Program;

const builds = new Map<string, Promise<string>>();

/** Absolute path of the host program: beside the running bundle, or built from source while developing. */
export function hostProgramPath(): Promise<string> {
	return programPath(HOST);
}

/** The scripts that a host puts into its isolates, which lie beside it. */
export function guestScriptsPath(hostProgram: string): string {
	return join(dirname(hostProgram), HOST.fileNames[1]);
}

/** Absolute path of the bundler program. */
export function bundlerProgramPath(): Promise<string> {
	return programPath(BUNDLER);
}

/** The isolate's binary for this platform. The core only names it and never loads it. Throws `sandbox-unavailable`. */
export function isolateBinaryPath(): string {
	const folder = isolateFolder();
	const base = join(folder, 'prebuilds', `${process.platform}-${process.arch}`, `isolated-vm.abi${process.versions.modules}`);
	const names = process.platform === 'linux' ? [`${base}.${linuxLibc()}.node`] : [`${base}.node`];
	const found = [...names, join(folder, 'build/Release/isolated_vm.node')].find((path) => existsSync(path));
	if (found === undefined) {
		throw new EngineError(
			'sandbox-unavailable',
			`Plugins cannot run here: isolated-vm has no binary for ${process.platform}-${process.arch} and node ABI ${process.versions.modules}.`,
			{ hint: 'Run: plugward doctor' },
		);
	}

	return found;
}

/** Of the package that the binary belongs to. */
export function isolateVersion(): string {
	const packageJson: unknown = JSON.parse(readFileSync(join(isolateFolder(), 'package.json'), 'utf8'));
	const version: unknown = typeof packageJson === 'object' && packageJson !== null ? Reflect.get(packageJson, 'version') : null;
	return typeof version === 'string' ? version : 'of an unknown version';
}

async function programPath(program: Program): Promise<string> {
	const [name] = program.fileNames;
	const folders = [import.meta.dirname, dirname(import.meta.dirname)];
	const built = folders.find((folder) => program.fileNames.every((file) => existsSync(join(folder, file))));
	if (built !== undefined) {
		return join(built, name);
	}

	const pending = builds.get(name) ?? buildFromSource(program);
	builds.set(name, pending);
	return pending;
}

/** Only with the source tree at hand, so only while developing: a release without its programs is damaged and says so. */
async function buildFromSource({ fileNames, build }: Program): Promise<string> {
	const [name] = fileNames;
	if (!existsSync(join(import.meta.dirname, 'build-programs.ts'))) {
		throw new EngineError('sandbox-unavailable', `Plugins cannot run: this installation of plugward lacks ${fileNames.join(' or ')}.`, {
			hint: 'Install plugward again.',
		});
	}

	const folder = join(import.meta.dirname, '../../../dist/dev');
	// Beside the targets, so that two processes that build at once each rename whole files into place.
	const temporary = join(folder, `.${randomUUID()}`);
	await mkdir(temporary, { recursive: true });
	const programs = await import('./build-programs.ts');
	const [program, scripts] = fileNames.map((file) => join(temporary, file));
	await programs[build](program ?? '', scripts ?? '');
	// What the program needs comes before the program.
	for (const file of fileNames.toReversed()) {
		await rename(join(temporary, file), join(folder, file));
	}

	await rmdir(temporary);
	return join(folder, name);
}

function isolateFolder(): string {
	try {
		return dirname(createRequire(import.meta.url).resolve('isolated-vm/package.json'));
	} catch (error) {
		throw new EngineError('sandbox-unavailable', 'Plugins cannot run: the package isolated-vm is not installed.', { cause: error });
	}
}
