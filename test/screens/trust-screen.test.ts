import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { type RenderedScreen, renderScreen } from '../helpers/render-screen.tsx';

/** The trust screen with the plugin selected. */
async function select(screen: RenderedScreen, name: string): Promise<void> {
	await screen.until('Trust, least proven first');
	screen.press('/');
	screen.type(name);
	screen.press('return');
	await screen.until(new RegExp(`> .*${name.replace('/', '.')}`));
}

describe('the trust screen', () => {
	it('counts the levels and tells what is proven about each plugin, from where, or what holds it down', async () => {
		await using screen = renderScreen(200, 40, { section: 'trust' });
		await screen.until('held down by tiny-pad@1.0.0');
		expect(screen.text()).toMatch(/\? unknown +log-summary 1\.4\.2/);
		expect(screen.text()).toContain('SIGN BUILD');
		expect(screen.text()).toMatch(/\* core 1 +\+ verified 2/);
	});

	it('tells beside the list why the first plugin has its level, and of the one that a filter leaves, without a cursor key', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await screen.until('Who vouches for it');
		await select(screen, 'log-summary');
		await screen.until('> you > Ana > Ben');
		expect(screen.text()).not.toContain('Reading what is proven');
		screen.press('escape');
		await select(screen, '@acme/links');
		await screen.until(/Built by somebody else than the version .*\n.*before/);
	});

	it('opens why a plugin counts as little, and through whom it is endorsed', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('w');
		await screen.until('counts as ? unknown');
		expect(screen.text()).toContain('because it depends on tiny-pad@1.0.0');
		expect(screen.text()).toContain('> you > Ana > Ben');
		expect(screen.text()).toContain('same as: plugward trust why log-summary');
		screen.press('escape');
		await screen.until('Trust, least proven first');
	});

	it('shows a changed builder old above new', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await select(screen, '@acme/links');
		screen.press('w');
		await screen.until('Built by somebody else than the version before');
		expect(screen.text()).toMatch(/- https:\/\/github\.com\/acme\/links[\s\S]*\+ https:\/\/github\.com\/acrne\/links/);
	});

	it('shows the signed things as they came', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await select(screen, '@acme/links');
		screen.press('b');
		await screen.until('"predicateType": "https://slsa.dev/provenance/v1"');
		expect(screen.text()).toContain('same as: plugward trust raw @acme/links');
	});

	it('signs a rejection, with what was found, only after it was shown', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('d');
		await screen.until('Reject log-summary@1.4.2');
		screen.type('sends the environment away');
		screen.press('return');
		await screen.until('reject: nobody should use it');
		expect(screen.text()).toContain("plugward trust reject log-summary@1.4.2 --notes 'sends the environment");
	});

	it('takes back what was said, and says why not where nothing was', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('w');
		await screen.until('you > Ana > Ben');
		screen.press('t');
		await screen.until('Take back what you said about log-summary@1.4.2');
		expect(screen.text()).toContain(`plugward trust revoke ${'cd'.repeat(32)}`);
		await using other = renderScreen(120, 40, { section: 'trust' });
		await select(other, 'semver');
		other.press('t');
		await other.until('you said nothing about it');
	});

	it('takes in what others signed, and unpins a builder, after showing what that does', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('i');
		await screen.until('Take in what others signed');
		screen.type('npm:@acme/endorsements');
		screen.press('return');
		await screen.until('plugward trust import npm:@acme/endorsements');
		screen.press('escape');
		screen.press('escape');
		await screen.until('Trust, least proven first');
		screen.press('P');
		await screen.until('plugward trust unpin log-summary');
	});

	it('signs an endorsement only after its text and its command were shown', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('e');
		await screen.until('Endorse log-summary@1.4.2');
		screen.type('read all of it');
		screen.press('return');
		await screen.until('This is signed with your own key');
		expect(screen.text()).toContain("plugward trust endorse log-summary@1.4.2 --notes 'read all of it' --expires");
		expect(screen.engine.calls).toEqual([]);
		screen.press('y');
		await screen.until('Signed about log-summary@1.4.2');
		expect(screen.engine.calls).toEqual(['trust.review log-summary@1.4.2 read all of it 2027-11-20']);
	});

	it('goes back from what would be signed to the form as it was filled', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('e');
		screen.type('hm');
		screen.press('return');
		await screen.until('This is signed');
		screen.press('escape');
		await screen.until('Enter go on');
		screen.type('m');
		screen.press('return');
		await screen.until('hmm');
	});

	it('writes an exception with a rule that exists, a reason and an end', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await select(screen, 'log-summary');
		screen.press('x');
		await screen.until('Except log-summary@1.4.2 from a rule');
		screen.type('minimum');
		screen.press('return');
		await screen.until('! reason is needed.');
		screen.press('tab');
		screen.type('moved');
		screen.press('return');
		await screen.until('! rule is one of: minimum-level');
		screen.press('shift-tab');
		screen.type('-age');
		screen.press('return');
		await screen.until('plugward policy except log-summary@1.4.2 --rule minimum-age --reason moved');
		screen.press('c', 'return');
		await screen.until('is excepted from minimum-age until 2026-12-20');
		expect(screen.engine.calls).toEqual(['trust.addException log-summary@1.4.2 minimum-age moved']);
		expect(screen.copied()).toHaveLength(1);
	});

	it('pins a proven builder after it was confirmed, and says why it cannot pin an unproven one', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await select(screen, 'nosy-notes');
		screen.press('p');
		await screen.until('Not now: nothing proves who built it.');
		screen.press('escape');
		await select(screen, 'semver');
		screen.press('p');
		await screen.until('plugward trust pin semver');
		screen.press('return');
		await screen.until('may only be built by');
		expect(screen.engine.calls).toEqual(['trust.pin semver']);
	});

	it.each([
		[80, 24],
		[120, 40],
		[40, 10],
	])('keeps its pages inside %dx%d', async (columns, rows) => {
		await using screen = renderScreen(columns, rows, { section: 'trust' });
		await screen.until('hostile-name');
		for (const key of ['w', 'e', 'x', 'b'] as const) {
			screen.press(key);
			await screen.until(/Why:|Endorse|Except|What was signed/);
			expect(screen.rows()).toHaveLength(rows - 1);
			expect(Math.max(...screen.rows().map(textWidth))).toBeLessThanOrEqual(columns);
			screen.press('escape');
		}
	});
});

describe('the levels', () => {
	it('are told in words with the signs of the table, by a key of the screen that shows them', async () => {
		await using screen = renderScreen(80, 24, { section: 'trust' });
		await screen.until('L levels');
		screen.press('L');
		await screen.until('What the levels mean');
		for (const word of ['* core', '+ verified', '= trusted', '- known', '? unknown']) {
			expect(screen.text()).toContain(word);
		}

		screen.press('G');
		await screen.until('nobody could look');
		screen.press('escape');
		await screen.until('Trust, least proven first');
	});
});
