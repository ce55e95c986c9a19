import { describe, expect, it } from 'vitest';
import type { SourceIdentity } from '../../../source/engine/evidence.ts';
import { describeIdentity, identityChange } from '../../../source/engine/trust/index.ts';
import { pinMismatch } from '../../../source/engine/trust/level/identity.ts';
import { normalizeRepository } from '../../../source/engine/trust/provenance/repository-url.ts';

const base: SourceIdentity = {
	issuer: 'https://token.actions.githubusercontent.com',
	subject: 'https://github.com/acme/plug/.github/workflows/publish.yml@refs/tags/v1.2.3',
	repository: 'https://github.com/acme/plug',
	repositoryId: '1',
	ownerId: '2',
	workflow: '.github/workflows/publish.yml',
	ref: 'refs/tags/v1.2.3',
	commit: null,
	trigger: 'push',
	runner: 'github-hosted',
};

describe('a change of identity', () => {
	it('is none without an approved one', () => {
		expect(identityChange(null, base)).toBeNull();
		expect(identityChange(null, null)).toBeNull();
	});

	it('names only what differs, old and new', () => {
		expect(identityChange(base, { ...base, repositoryId: '7' })).toEqual({ from: 'repositoryId 1', to: 'repositoryId 7' });
	});

	it('is one when nothing proves the builder any more', () => {
		expect(identityChange(base, null)).toEqual({ from: describeIdentity(base), to: 'no verified provenance' });
	});

	it('is none when a newer certificate tells more than an old one could', () => {
		expect(identityChange({ ...base, repositoryId: null, ownerId: null, runner: null }, base)).toBeNull();
	});

	it('is one when the new certificate tells less', () => {
		expect(identityChange(base, { ...base, repositoryId: null })).toEqual({ from: 'repositoryId 1', to: 'repositoryId nothing' });
	});

	const renamed = {
		...base,
		repository: 'https://github.com/acme/plugin',
		subject: base.subject.replace('acme/plug/', 'acme/plugin/'),
	};

	it('is none when a repository kept its numbers and only its name changed', () => {
		expect(identityChange(base, renamed)).toBeNull();
	});

	it.each([
		['repository id', { repositoryId: '9' }],
		['owner id', { ownerId: '9' }],
		['issuer', { issuer: 'https://gitlab.com' }],
		['workflow', { subject: 'https://github.com/acme/plugin/.github/workflows/other.yml@refs/tags/v1.2.3' }],
	])('is one when with the name the %s changed', (_what, change) => {
		expect(identityChange(base, { ...renamed, ...change })).not.toBeNull();
	});

	it('is one when a renamed repository has no numbers to know it by', () => {
		const without = { repositoryId: null, ownerId: null };
		expect(identityChange({ ...base, ...without }, { ...renamed, ...without })).not.toBeNull();
	});

	it('is one when a release that came of a tag comes of a branch or of nothing, and none for the next tag', () => {
		expect(identityChange(base, { ...base, ref: 'refs/heads/main' })).toEqual({ from: 'ref refs/tags/*', to: 'ref refs/heads/*' });
		expect(identityChange(base, { ...base, ref: null })).toEqual({ from: 'ref refs/tags/*', to: 'ref nothing' });
		expect(identityChange(base, { ...base, ref: 'refs/tags/v2.0.0' })).toBeNull();
	});

	it.each(['pull_request', 'pull_request_target', 'issue_comment'])('is one when outsiders can set off a release by %s', (trigger) => {
		expect(identityChange(base, { ...base, trigger })).toEqual({ from: 'trigger push', to: `trigger ${trigger}` });
		expect(identityChange({ ...base, trigger }, { ...base, trigger })).toBeNull();
		expect(identityChange({ ...base, trigger }, base)).toBeNull();
	});

	it('is none when a release is set off by hand or by a tag', () => {
		for (const trigger of ['release', 'workflow_dispatch', null]) {
			expect(identityChange(base, { ...base, trigger })).toBeNull();
		}
	});

	it('compares a person who signs letter by letter', () => {
		const person = { ...base, repository: null, workflow: null, subject: 'ana@example.com' };
		expect(identityChange(person, { ...person, subject: 'ana@example.org' })).not.toBeNull();
	});
});

describe('a pin', () => {
	it.each([
		['a repository that merely begins alike', { repository: 'https://github.com/acme/plu' }],
		['a repository as a pattern', { repository: 'https://github.com/acme/.*' }],
		['a subject that is contained', { subject: 'https://github.com/acme/plug' }],
		['other case', { repository: 'https://github.com/Acme/plug' }],
		['another ref', { refs: ['refs/heads/*'] }],
		['a ref that merely begins alike', { refs: ['refs/tags/v1.2'] }],
		['another trigger', { triggers: ['release'] }],
	])('does not match %s', (_what, pin) => {
		expect(pinMismatch(pin, base)).not.toBeNull();
	});

	it('matches when every field it names is equal', () => {
		const pin = {
			repository: base.repository ?? '',
			repositoryId: '1',
			workflow: base.workflow ?? '',
			refs: ['refs/tags/*'],
			triggers: ['push', 'release'],
		};
		expect(pinMismatch(pin, base)).toBeNull();
	});
});

describe('the spelling of a repository', () => {
	it.each([
		['acme/plug', 'https://github.com/acme/plug'],
		['github:acme/plug#main', 'https://github.com/acme/plug'],
		['github.com/acme/plug', 'https://github.com/acme/plug'],
		['gitlab:acme/plug', 'https://gitlab.com/acme/plug'],
		['git://github.com/acme/plug.git', 'https://github.com/acme/plug'],
		['git+https://user:token@github.com/acme/plug.git', 'https://github.com/acme/plug'],
		['ssh://git@github.com:acme/plug.git', 'https://github.com/acme/plug'],
		['https://www.github.com/ACME/plug/', 'https://github.com/acme/plug'],
		['https://gitlab.com/group/sub/plug/-/tree/main', 'https://gitlab.com/group/sub/plug'],
		['https://git.corp.example/Team/Plug.git', 'https://git.corp.example/Team/Plug'],
	])('%s is one with %s', (text, expected) => {
		expect(normalizeRepository(text)).toBe(expected);
	});

	it.each([
		'',
		'plug',
		'https://github.com/acme',
		'https://evil.example/github.com/acme/plug',
		'https://github.com.evil.example/acme/plug',
	])('%s is not the repository acme/plug', (text) => {
		expect(normalizeRepository(text)).not.toBe('https://github.com/acme/plug');
	});
});
