import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, openSettings, readSettings, settingsFolder, writeSettings } from '../../source/settings.ts';
import { standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

let home: string;
const EMPTY = { generation: 0, plugins: [], packageCount: 0, storeBytes: 0, overrides: [] };

beforeEach(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'plugward-settings-'));
});

afterEach(async () => {
	await rm(home, { recursive: true });
});

describe('settings', () => {
	it('are the defaults where nothing was set, and reading writes nothing', async () => {
		expect(await readSettings({ home, environment: {} })).toEqual(DEFAULT_SETTINGS);
		await expect(stat(path.join(home, 'settings.json'))).rejects.toThrow('ENOENT');
	});

	it('come back as they were written, readable by the user alone', async () => {
		await writeSettings({ home, environment: {} }, { registry: 'https://r.example/' });
		await writeSettings({ home, environment: {} }, { waitSeconds: 3 });
		expect(await readSettings({ home, environment: {} })).toEqual({
			...DEFAULT_SETTINGS,
			registry: 'https://r.example/',
			waitSeconds: 3,
		});
		expect((await stat(path.join(home, 'settings.json'))).mode & 0o777).toBe(0o600);
	});

	it('lie in the configuration folder without --home', () => {
		expect(settingsFolder({ home: null, environment: { XDG_CONFIG_HOME: '/c' } })).toBe('/c/plugward');
		expect(settingsFolder({ home: null, environment: { XDG_CONFIG_HOME: 'relative' } })).toMatch(/\/\.config\/plugward$/);
	});

	it('reach the engine, and flags win', async () => {
		await writeSettings({ home, environment: {} }, { registry: 'https://r.example/', waitSeconds: 3 });
		const engine = standInEngine({ list: async () => EMPTY });
		expect((await plugward(['list', '--home', home], { engine })).engineOptions).toMatchObject({
			registry: 'https://r.example/',
			waitMilliseconds: 3000,
		});
		const { engineOptions } = await plugward(['list', '--home', home, '--registry', 'https://other.example/', '--wait', '0'], { engine });
		expect(engineOptions).toMatchObject({ registry: 'https://other.example/', waitMilliseconds: 0 });
	});

	it.each([
		['not JSON', '{', 'The file settings.json cannot be read.'],
		['a wrong value', '{"waitSeconds":"long"}', 'The setting "waitSeconds" in settings.json is wrong'],
		['an unknown key', '{"wait":1}', 'The setting "wait" in settings.json is wrong'],
	])('that are %s stop the command with 2', async (_, text, message) => {
		await writeFile(path.join(home, 'settings.json'), text);
		const { exitCode, stderr } = await plugward(['list', '--home', home]);
		expect(exitCode).toBe(2);
		expect(stderr).toContain(message);
	});

	it('that are wrong are not written', async () => {
		await writeSettings({ home, environment: {} }, { waitSeconds: 3 });
		await expect(writeSettings({ home, environment: {} }, { registry: 'ftp://r.example/' })).rejects.toMatchObject({
			code: 'settings-invalid',
		});
		expect(JSON.parse(await readFile(path.join(home, 'settings.json'), 'utf8'))).toMatchObject({ waitSeconds: 3 });
	});

	it('that cannot be written are told as that, with their folder', async () => {
		await mkdir(path.join(home, 'settings.json'));
		await expect(openSettings({ home, environment: {} }).change('waitSeconds', '3')).rejects.toMatchObject({ exitCode: 2 });
		await expect(openSettings({ home: '/proc', environment: {} }).change('waitSeconds', '3')).rejects.toMatchObject({
			code: 'home-unwritable',
			message: expect.stringMatching(/^The file settings\.json cannot be written \(E[A-Z]+\); nothing was changed\.$/) as string,
			hint: expect.stringContaining('/proc') as string,
		});
	});
});
