import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { EngineError } from '../errors.ts';
import { linuxLibc } from '../linux-libc.ts';

type Program = { readonly fileName: string; readonly build: 'buildHost' | 'buildBundler' };

const HOST: Program = { fileName: 'sandbox-host.cjs', build: 'buildHost' };
const BUNDLER: Program = { fileName: 'sandbox-bundler.mjs', build: 'buildBundler' };

const builds = new Map<string, Promise<string>>();

/** Absolute path of the host program: beside the running bundle, or built from source while developing. */
export function hostProgramPath(): Promise<string> {
	return programPath(HOST);
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
	const beside = [import.meta.dirname, dirname(import.meta.dirname)].map((folder) => join(folder, program.fileName));
	const built = beside.find((path) => existsSync(path));
	if (built !== undefined) {
		return built;
	}

	const pending = builds.get(program.fileName) ?? buildFromSource(program);
	builds.set(program.fileName, pending);
	return pending;
}

/** Only with the source tree at hand, so only while developing: a release without its programs is damaged and says so. */
async function buildFromSource({ fileName, build }: Program): Promise<string> {
	if (!existsSync(join(import.meta.dirname, 'build-programs.ts'))) {
		throw new EngineError('sandbox-unavailable', `Plugins cannot run: this installation of plugward lacks ${fileName}.`, {
			hint: 'Install plugward again.',
		});
	}

	const folder = join(import.meta.dirname, '../../../dist/dev');
	const target = join(folder, fileName);
	// Beside the target, so that two processes that build at once each rename a whole file into place.
	const temporary = join(folder, `.${randomUUID()}-${fileName}`);
	await mkdir(folder, { recursive: true });
	const programs = await import('./build-programs.ts');
	await programs[build](temporary);
	await rename(temporary, target);
	return target;
}

function isolateFolder(): string {
	try {
		return dirname(createRequire(import.meta.url).resolve('isolated-vm/package.json'));
	} catch (error) {
		throw new EngineError('sandbox-unavailable', 'Plugins cannot run: the package isolated-vm is not installed.', { cause: error });
	}
}
